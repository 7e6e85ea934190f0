namespace Ecr.Emulator.Commands;

/// <summary>The help text of the command line.</summary>
internal static class Usage
{
    private const string Text = $"""
        AWS on the loopback interface, for testing without AWS.

        try [IMAGE]                  start the emulator and run ecr-credential-provider for IMAGE as the kubelet would
                                     (default {TryCommand.DefaultImage});
                                     set {ShimProgram.PathVariable} to use another executable
        serve [--port N] [--region R]
                                     start the emulator, print the environment to export, and log each request until Ctrl+C;
                                     port 0 (the default) selects a free port; R is the only region that is accepted
        --help                       show this text
        """;

    public static int Print(TextWriter output)
    {
        output.WriteLine(Text);
        return 0;
    }

    public static int Refuse(string problem, TextWriter error)
    {
        error.WriteLine($"Ecr.Emulator: {problem}. See --help.");
        return 2;
    }
}
