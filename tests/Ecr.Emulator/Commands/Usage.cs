namespace Ecr.Emulator.Commands;

/// <summary>What the console program can do.</summary>
internal static class Usage
{
    private const string Text = $"""
        AWS on the loopback interface, for trying and testing without AWS.

        try [IMAGE]                  start the emulator and run ecr-credential-provider for IMAGE as the kubelet would
                                     (default {TryCommand.DefaultImage});
                                     {ShimProgram.PathVariable} may name another executable
        serve [--port N] [--region R]
                                     start the emulator, print the environment to export, and tell each request until Ctrl+C;
                                     port 0 (the default) takes any free one, R is the one region that is accepted
        --help                       this text
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
