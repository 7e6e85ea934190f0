using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>The parsed arguments after <c>kubelet</c>.</summary>
internal sealed class KubeletCommandLine
{
    public const string Help = """
        Shows what the kubelet does with its credential provider configuration.

        Usage: ecr-credential-provider kubelet get IMAGE [OPTION]...
               ecr-credential-provider kubelet validate [FILE] [OPTION]...

        "get" runs the configured plugins as the kubelet does and prints the credentials that it would
        try for IMAGE, in this order. The plugins inherit the environment of this command.

        "validate" checks FILE, or the files of a directory, as the kubelet does when it starts, and warns
        about what it accepts although it does not work.

        The paths default to those of the running kubelet.

        Options of get:
          --config FILE                       read the configuration from FILE or a directory
          --service-account NAMESPACE/NAME    get the credentials for a pod with this service account
          --token-file FILE                   pass the service account token in FILE to plugins
          --annotation KEY=VALUE              add an annotation to the service account (repeatable)
          --explain                           print each step
          --show-password                     print the passwords

        Options of both:
          --bin-dir DIR                       look for plugins in DIR
          --kubernetes VERSION                use the rules of this version, such as 1.30 (default 1.36)
          --json                              print one JSON object
          -h, --help                          print this help

        Exit codes of get: 0 success; 1 no credentials; 2 invalid arguments, image or configuration.
        Exit codes of validate: 0 valid; 1 valid, with warnings; 2 invalid.
        """;

    private KubeletCommandLine(KubeletAction action) => Action = action;

    public KubeletAction Action { get; }

    /// <summary>The image; empty unless <see cref="Action"/> is <see cref="KubeletAction.Get"/>.</summary>
    public string Image { get; private set; } = "";

    /// <summary>The file or directory; <see langword="null"/> if omitted.</summary>
    public string? Config { get; private set; }

    /// <summary>The directory of the plugins; <see langword="null"/> if omitted.</summary>
    public string? BinDirectory { get; private set; }

    public KubernetesVersion Version { get; private set; } = KubernetesVersion.Latest;

    /// <summary>Namespace and name; <see langword="null"/> if omitted.</summary>
    public (string Namespace, string Name)? ServiceAccount { get; private set; }

    /// <summary>The file of the token; <see langword="null"/> if omitted.</summary>
    public string? TokenFile { get; private set; }

    public Dictionary<string, string> Annotations { get; } = new(StringComparer.Ordinal);

    public bool IsExplained { get; private set; }

    public bool IsJson { get; private set; }

    public bool ShowsPasswords { get; private set; }

    /// <exception cref="FormatException">An argument is invalid; the message says which and why.</exception>
    public static KubeletCommandLine Parse(ReadOnlySpan<string> args)
    {
        if (args.IsEmpty)
        {
            throw new FormatException("kubelet requires a command, get or validate; see kubelet --help");
        }

        var action = args[0] switch
        {
            "get" => KubeletAction.Get,
            "validate" => KubeletAction.Validate,
            "-h" or "--help" => KubeletAction.Help,
            var other => throw Unknown(other),
        };
        var line = new KubeletCommandLine(action);
        return action == KubeletAction.Help || line.Read(args[1..]) ? line : new KubeletCommandLine(KubeletAction.Help);
    }

    // False if the help text is requested.
    private bool Read(ReadOnlySpan<string> args)
    {
        var isGet = Action == KubeletAction.Get;
        string? argument = null;
        while (!args.IsEmpty)
        {
            var (name, value) = CommandLine.Take(ref args);
            switch (name)
            {
                case "-h" or "--help" when value is null:
                    return false;
                case "--json" when value is null:
                    IsJson = true;
                    break;
                case "--explain" when isGet && value is null:
                    IsExplained = true;
                    break;
                case "--show-password" when isGet && value is null:
                    ShowsPasswords = true;
                    break;
                case "--config" when isGet:
                    Config = ParsePath(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--bin-dir":
                    BinDirectory = ParsePath(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--kubernetes":
                    Version = ParseVersion(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--service-account" when isGet:
                    ServiceAccount = ParseServiceAccount(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--token-file" when isGet:
                    TokenFile = ParsePath(name, value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case "--annotation" when isGet:
                    AddAnnotation(value ?? CommandLine.TakeValue(name, ref args));
                    break;
                case var text when argument is null && value is null && !text.StartsWith('-'):
                    argument = text;
                    break;
                default:
                    throw Unknown(name);
            }
        }

        if (isGet)
        {
            Image = argument ?? throw new FormatException("kubelet get requires an image; see kubelet --help");
            CheckServiceAccount();
        }
        else
        {
            Config = argument is null ? null : ParsePath("FILE", argument);
        }

        return true;
    }

    private void CheckServiceAccount()
    {
        if (ServiceAccount is null && (TokenFile is not null || Annotations.Count > 0))
        {
            throw new FormatException($"{(TokenFile is null ? "--annotation" : "--token-file")} requires --service-account; see kubelet --help");
        }

        if (ServiceAccount is not null && TokenFile is null)
        {
            throw new FormatException("--service-account requires --token-file; see kubelet --help");
        }
    }

    private static FormatException Unknown(string argument) => new($"unknown argument {MessageText.Quote(argument)}; see kubelet --help");

    private static string ParsePath(string name, string value) =>
        value.Length > 0 && !value.Contains('\0', StringComparison.Ordinal)
            ? value
            : throw new FormatException($"invalid {name} {MessageText.Quote(value)}: expected a path");

    private static KubernetesVersion ParseVersion(string value) =>
        KubernetesVersion.TryParse(value, out var version)
            ? version
            : throw new FormatException($"invalid --kubernetes {MessageText.Quote(value)}: expected a version such as 1.30");

    private static (string Namespace, string Name) ParseServiceAccount(string value) =>
        value.Split('/') is [{ Length: > 0 } space, { Length: > 0 } name]
            ? (space, name)
            : throw new FormatException($"invalid --service-account {MessageText.Quote(value)}: expected NAMESPACE/NAME, such as default/web");

    private void AddAnnotation(string value)
    {
        var equals = value.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new FormatException($"invalid --annotation {MessageText.Quote(value)}: expected KEY=VALUE");
        }

        Annotations[value[..equals]] = value[(equals + 1)..];
    }
}
