using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Planning;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Setup;

/// <summary>The parsed arguments after <c>setup</c>.</summary>
internal sealed class SetupCommandLine
{
    public const string Help = """
        Makes the kubelet of this node use ecr-credential-provider, or undoes it.

        Usage: ecr-credential-provider setup [DISTRIBUTION] [OPTION]...

        Installs this executable, adds it to the kubelet's credential provider configuration and sets the
        kubelet's flags. Prints every change and asks before the first one. Other providers and comments
        are kept. A second run changes nothing; a run that was interrupted is completed by the next one.

        DISTRIBUTION is microk8s, k3s, rke2, kubeadm, k0s, systemd (any other kubelet service), eks, talos,
        bottlerocket or custom. It is detected if omitted.

        Options:
          --dry-run                print the changes and exit
          -y, --yes                do not ask
          --restart                restart the kubelet and wait until it is ready; if it is not, undo
                                   everything and restart it again
          --restart-timeout TIME   how long the kubelet may take to come back (default 60s, at most 10m)
          --image IMAGE            first get a password for IMAGE in the kubelet's environment; at the end,
                                   check whether the node can pull it
          --images PATTERN         use the provider for images matching PATTERN (repeatable; default all
                                   ECR hosts of the partition aws)
          --partition NAME         use the provider for all ECR hosts of a partition, such as aws-cn
                                   (repeatable)
          --env NAME=VALUE         set a variable for the plugin (repeatable)
          --env NAME               ask for the value of a variable without showing it
          --env-file FILE          set the variables in FILE, one NAME=VALUE a line
          --arg ARGUMENT           add an argument of the plugin (repeatable)
          --cache-dir DIR|none     cache passwords in DIR, or not at all
          --service-accounts       pass service account tokens to the plugin (Kubernetes 1.34 or later)
          --remove                 undo what setup changed on this node
          --root DIR               set up the node whose file system is mounted at DIR
          --config FILE            keep the configuration in FILE
          --bin-dir DIR            keep the executable in DIR
          --kubernetes VERSION     use the rules of this version, such as 1.34
          --executable FILE        install FILE instead of this executable
          -h, --help               print this help

        Exit codes: 0 success, or nothing to do; 1 failed, and undone; 2 invalid arguments, or refused.
        """;

    private static readonly (string Name, NodeDistribution? Distribution)[] Distributions =
    [
        ("microk8s", NodeDistribution.MicroK8s), ("k3s", NodeDistribution.K3s), ("rke2", NodeDistribution.Rke2), ("kubeadm", NodeDistribution.Kubeadm),
        ("k0s", NodeDistribution.K0s), ("systemd", NodeDistribution.Systemd), ("eks", null), ("talos", NodeDistribution.Talos),
        ("bottlerocket", NodeDistribution.Bottlerocket), ("custom", NodeDistribution.Custom),
    ];

    private readonly List<string> _images = [];
    private readonly List<ExecEnvironmentVariable> _environment = [];
    private readonly List<string> _arguments = [];

    private SetupCommandLine()
    {
    }

    public bool IsHelp { get; private init; }

    public NodeLayoutOptions Layout { get; } = new();

    public NodeSetupOptions Setup { get; } = new();

    public string Root { get; private set; } = "/";

    /// <summary>The variables whose values are asked for.</summary>
    public List<string> PromptedVariables { get; } = [];

    /// <summary>The files with variables.</summary>
    public List<string> EnvironmentFiles { get; } = [];

    /// <summary>The image to try; <see langword="null"/> if omitted.</summary>
    public string? Image { get; private set; }

    public bool IsDryRun { get; private set; }

    public bool IsConfirmed { get; private set; }

    public bool Restarts { get; private set; }

    public TimeSpan RestartTimeout { get; private set; } = TimeSpan.FromSeconds(60);

    public bool Removes { get; private set; }

    /// <summary>Whether the distribution must be Amazon EKS, of either kind.</summary>
    public bool RequiresEks { get; private set; }

    /// <summary>Whether a secret was on the command line.</summary>
    public bool HasVisibleSecret { get; private set; }

    /// <exception cref="FormatException">An argument is invalid; the message says which and why.</exception>
    public static SetupCommandLine Parse(ReadOnlySpan<string> args)
    {
        var line = new SetupCommandLine();
        return line.Read(args) ? line : new SetupCommandLine { IsHelp = true };
    }

    /// <summary>Sets the variables that were asked for or read from files.</summary>
    public void AddVariables(IEnumerable<ExecEnvironmentVariable> variables)
    {
        _environment.AddRange(variables);
        Setup.Environment = _environment;
    }

    // False if the help text is requested.
    private bool Read(ReadOnlySpan<string> args)
    {
        string? distribution = null;
        while (!args.IsEmpty)
        {
            var (name, value) = CommandLine.Take(ref args);
            switch (name)
            {
                case "-h" or "--help" when value is null:
                    return false;
                case "--dry-run" when value is null:
                    IsDryRun = true;
                    break;
                case "-y" or "--yes" when value is null:
                    IsConfirmed = true;
                    break;
                case "--restart" when value is null:
                    Restarts = true;
                    break;
                case "--restart-timeout":
                    RestartTimeout = ParseRestartTimeout(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--remove" when value is null:
                    Removes = true;
                    break;
                case "--service-accounts" when value is null:
                    Setup.UsesServiceAccounts = true;
                    break;
                case "--image":
                    Image = value ?? CommandLine.TakeValue(name, ref args);
                    break;
                case "--images":
                    _images.Add(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--partition":
                    _images.AddRange(ParsePartition(value ?? CommandLine.TakeValue(name, ref args)));
                    break;
                case "--env":
                    AddVariable(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--env-file":
                    EnvironmentFiles.Add(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--arg":
                    _arguments.Add(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--cache-dir":
                    Setup.CacheDirectory = (value ?? CommandLine.TakeValue(name, ref args)) is var directory && directory == "none"
                        ? ""
                        : ParseAbsolute(name, directory);
                    break;
                case "--root":
                    Root = Path.GetFullPath(ParsePath(name, value ?? CommandLine.TakeValue(name, ref args)));
                    break;
                case "--config":
                    Layout.ConfigurationPath = ParseAbsolute(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--bin-dir":
                    Layout.BinDirectory = ParseAbsolute(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--kubernetes":
                    Layout.KubernetesVersion = ParseVersion(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--executable":
                    Setup.ExecutablePath = Path.GetFullPath(ParsePath(name, value ?? CommandLine.TakeValue(name, ref args)));
                    break;
                case var text when distribution is null && value is null && !text.StartsWith('-'):
                    distribution = text;
                    break;
                default:
                    throw new FormatException($"unknown argument {MessageText.Quote(name)}; see setup --help");
            }
        }

        Setup.Images = _images;
        Setup.Arguments = _arguments;
        Setup.Environment = _environment;
        Check(distribution);
        return true;
    }

    private void Check(string? distribution)
    {
        if (distribution is not null)
        {
            var known = Distributions.FirstOrDefault(one => one.Name == distribution);
            if (known.Name is null)
            {
                var names = string.Join(", ", Distributions.Select(one => one.Name));
                throw new FormatException($"unknown distribution {MessageText.Quote(distribution)}: expected one of {names}");
            }

            Layout.Distribution = known.Distribution;
            RequiresEks = known.Distribution is null;
        }

        if (Layout is { Distribution: NodeDistribution.Custom } and not { ConfigurationPath: not null, BinDirectory: not null })
        {
            throw new FormatException("custom requires --config and --bin-dir; see setup --help");
        }

        if (Root != "/" && (Restarts || Image is not null))
        {
            throw new FormatException($"{(Restarts ? "--restart" : "--image")} cannot be used with --root; see setup --help");
        }

        // An argument of the plugin that it does not know would fail at the first pull.
        if (CommandLine.Parse("ecr-credential-provider", [.. _arguments], new StandardError()) is { Error: { } error })
        {
            throw new FormatException($"invalid --arg: {error}");
        }
    }

    private void AddVariable(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            PromptedVariables.Add(text);
            return;
        }

        var name = equals == 0 ? throw new FormatException("invalid --env: expected NAME=VALUE or NAME") : text[..equals];
        _environment.Add(new ExecEnvironmentVariable(name, text[(equals + 1)..]));
        HasVisibleSecret |= name is "AWS_SECRET_ACCESS_KEY" or "AWS_SESSION_TOKEN";
    }

    private static IReadOnlyList<string> ParsePartition(string value) =>
        PartitionImages.Of(value)
        ?? throw new FormatException($"invalid --partition {MessageText.Quote(value)}: expected one of {string.Join(", ", PartitionImages.Names)}");

    private static string ParsePath(string name, string value) =>
        value.Length > 0 && !value.Contains('\0', StringComparison.Ordinal)
            ? value
            : throw new FormatException($"invalid {name} {MessageText.Quote(value)}: expected a path");

    private static string ParseAbsolute(string name, string value) =>
        value.StartsWith('/') && !value.Contains('\0', StringComparison.Ordinal)
            ? value
            : throw new FormatException($"invalid {name} {MessageText.Quote(value)}: expected an absolute path on the node");

    private static TimeSpan ParseRestartTimeout(string value) =>
        GoDuration.TryParse(value, out var time) && time >= TimeSpan.FromSeconds(1) && time <= TimeSpan.FromMinutes(10)
            ? time
            : throw new FormatException($"invalid --restart-timeout {MessageText.Quote(value)}: expected a duration such as 90s, at most 10m");

    private static KubernetesVersion ParseVersion(string value) =>
        KubernetesVersion.TryParse(value, out var version)
            ? version
            : throw new FormatException($"invalid --kubernetes {MessageText.Quote(value)}: expected a version such as 1.30");
}
