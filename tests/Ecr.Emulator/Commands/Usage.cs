namespace Ecr.Emulator.Commands;

/// <summary>The help text.</summary>
internal static class Usage
{
    private const string Text = $"""
        AWS on the loopback interface, for tests without an AWS account.

        try [IMAGE]                  start the emulator and run ecr-credential-provider for IMAGE as the kubelet would
                                     (default {TryCommand.DefaultImage});
                                     {ShimProgram.PathVariable} overrides the path of the executable
        serve [--port N] [--region R]
                                     start the emulator, print the environment to export, and log each request until Ctrl+C;
                                     port 0 (default) is any free port; R is the only region to accept (default any)
        --help                       print this help
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
