using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Doctor;

/// <summary>The parsed arguments after <c>doctor</c>.</summary>
internal sealed class DoctorCommandLine
{
    public const string Help = """
        Finds out why the kubelet of this node, or docker and podman, do not pull images from Amazon ECR,
        and how to mend it.

        Usage: ecr-credential-provider doctor [IMAGE] [OPTION]...

        Checks, in the order in which a pull meets them, the executable, the kubelet's flags, its
        configuration, the patterns that match IMAGE, the clock, the network, the password that the plugin
        returns in the kubelet's environment, and whether the registry accepts it for IMAGE. Changes
        nothing. The report contains no secrets.

        With --docker, checks what docker, podman and skopeo do instead: their configuration files, which
        helper they ask, whether they find it on the PATH, and the password that it returns, for this user
        in this environment.

        Options:
          --docker          examine docker and other clients that use a credential helper
          --json            print the report as JSON
          --root DIR        examine the node whose file system is mounted at DIR
          --config FILE     the configuration is FILE
          --bin-dir DIR     the executable is in DIR
          -h, --help        print this help

        Exit codes: 0 all is well; 1 warnings; 2 failures, or invalid arguments.
        """;

    private DoctorCommandLine()
    {
    }

    public bool IsHelp { get; private set; }

    public bool IsDocker { get; private set; }

    public bool IsJson { get; private set; }

    /// <summary>The image; <see langword="null"/> if omitted.</summary>
    public string? Image { get; private set; }

    public string Root { get; private set; } = "/";

    public NodeLayoutOptions Layout { get; } = new();

    /// <exception cref="FormatException">An argument is invalid; the message says which and why.</exception>
    public static DoctorCommandLine Parse(ReadOnlySpan<string> args)
    {
        var line = new DoctorCommandLine();
        while (!args.IsEmpty)
        {
            var (name, value) = CommandLine.Take(ref args);
            switch (name)
            {
                case "-h" or "--help" when value is null:
                    return new DoctorCommandLine { IsHelp = true };
                case "--docker" when value is null:
                    line.IsDocker = true;
                    break;
                case "--json" when value is null:
                    line.IsJson = true;
                    break;
                case "--root":
                    line.Root = ParseRoot(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--config":
                    line.Layout.ConfigurationPath = ParseAbsolute(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--bin-dir":
                    line.Layout.BinDirectory = ParseAbsolute(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case var text when line.Image is null && value is null && text.Length > 0 && !text.StartsWith('-'):
                    line.Image = text;
                    break;
                default:
                    throw new FormatException($"unknown argument {MessageText.Quote(name)}; see doctor --help");
            }
        }

        return line.IsDocker && (line.Root != "/" || line.Layout is not { ConfigurationPath: null, BinDirectory: null })
            ? throw new FormatException("--docker cannot be used with --root, --config or --bin-dir; see doctor --help")
            : line;
    }

    private static string ParseRoot(string value) =>
        value.Length > 0 && !value.Contains('\0', StringComparison.Ordinal) && Directory.Exists(value)
            ? Path.GetFullPath(value)
            : throw new FormatException($"invalid --root {MessageText.Quote(value)}: there is no such directory");

    private static string ParseAbsolute(string name, string value) =>
        value.StartsWith('/') && !value.Contains('\0', StringComparison.Ordinal)
            ? value
            : throw new FormatException($"invalid {name} {MessageText.Quote(value)}: expected an absolute path on the node");
}
