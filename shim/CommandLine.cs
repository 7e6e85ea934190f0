using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim;

/// <summary>The parsed command line.</summary>
/// <remarks>Parsed by hand: the kubelet starts the plugin for every pull, and a parsing library would take longer than everything else.</remarks>
internal sealed class CommandLine
{
    public const string Help = """
        Amazon ECR credentials for the kubelet, Docker and the command line.

        Usage: ecr-credential-provider [get-credentials] [OPTION]...
               ecr-credential-provider docker get|list|store|erase|version [OPTION]...
               ecr-credential-provider login-password [HOST|IMAGE] [OPTION]...

        With no command, runs as a kubelet credential provider plugin: reads one CredentialProviderRequest
        (JSON) from stdin and writes one CredentialProviderResponse to stdout. Example:

          echo '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1",
                 "image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"}' | ecr-credential-provider

        docker, or any executable name starting with docker-credential-, runs as a Docker credential helper
        (docker, podman, skopeo, ...).

        login-password prints a registry password; without HOST, for the default region. Example:

          ecr-credential-provider login-password HOST | docker login -u AWS --password-stdin HOST

        Options:
          --registry-alias PATTERN=REGISTRY   use REGISTRY's password for hosts matching PATTERN
                                              (repeatable, first match wins)
          --unknown-registry refuse           refuse hosts that are not ECR (default)
          --unknown-registry default-region   use the default region's ECR password for hosts that are
                                              not ECR
          --identity PATTERN=profile:NAME     use AWS profile NAME for images matching PATTERN
                                              (repeatable, first match wins)
          --identity PATTERN=role:ARN[,external-id=ID]
                                              assume role ARN, using the default AWS credentials
          --service-account optional          use the pod's service account role if one is set (default)
          --service-account require-role      fail if the service account has no role
          --cache-dir DIR                     cache passwords in DIR for half their lifetime; concurrent
                                              processes share one AWS call
          --timeout DURATION                  overall timeout, such as 30s (default 50s, at most 1m)
          -v, --verbose                       log to stderr
          --version                           print the version
          -h, --help                          print this help

        By default, AWS credentials are resolved in the standard order: environment, shared config files,
        container endpoint, instance metadata.

        Exit codes: 0 success; 1 no credentials could be obtained; 2 invalid request, arguments or
        configuration. Errors are reported as one line on stderr (docker: on stdout).
        """;

    private CommandLine(Mode mode) => Mode = mode;

    public Mode Mode { get; private set; }

    /// <summary>The error message if the mode is <see cref="Mode.Misuse"/>; otherwise null.</summary>
    public string? Error { get; private init; }

    public EcrCredentialProviderOptions Options { get; } = new();

    /// <summary>The credential helper action, or the image or host for login-password; null if omitted.</summary>
    public string? Operand { get; private set; }

    /// <summary>The value of --cache-dir; null if omitted.</summary>
    public string? CacheDirectory { get; private set; }

    public TimeSpan Timeout { get; private set; } = CredentialProviderProgram.DefaultTimeout;

    /// <param name="program">The name that the program was started as, with or without its directory.</param>
    /// <param name="args">The arguments that follow the name.</param>
    public static CommandLine Parse(string program, ReadOnlySpan<string> args)
    {
        try
        {
            return ParseOrThrow(IsDockerCredentialHelper(program) ? ["docker", .. args] : args);
        }
        catch (FormatException e)
        {
            return new CommandLine(Mode.Misuse) { Error = e.Message };
        }
    }

    // Docker runs docker-credential-NAME, where the user chooses NAME in credHelpers or credsStore.
    private static bool IsDockerCredentialHelper(string program) =>
        Path.GetFileName(program.AsSpan()).StartsWith("docker-credential-", StringComparison.Ordinal);

    private static CommandLine ParseOrThrow(ReadOnlySpan<string> args)
    {
        var line = new CommandLine(Mode.Plugin);
        while (!args.IsEmpty)
        {
            var (name, value) = Take(ref args);
            switch (name)
            {
                case "get-credentials" when value is null:
                    // The Go plugin of the same name accepts and ignores this argument, and many configurations pass it.
                    break;
                case "docker" when value is null && line.Mode == Mode.Plugin:
                    line.Mode = Mode.DockerCredentialHelperProgram;
                    line.Operand = TakeOperand(ref args);
                    break;
                case "login-password" when value is null && line.Mode == Mode.Plugin:
                    line.Mode = Mode.LoginPasswordProgram;
                    line.Operand = TakeOperand(ref args);
                    break;
                case "-h" or "--help" when value is null:
                    return new CommandLine(Mode.Help);
                case "--version" when value is null:
                    return new CommandLine(Mode.Version);
                case "-v" or "--verbose" when value is null:
                    line.Options.Logger = new StandardErrorLogger();
                    break;
                case "--registry-alias":
                    line.Options.RegistryAliases.Add(EcrRegistryAlias.Parse(value ?? TakeValue(name, ref args)));
                    break;
                case "--unknown-registry":
                    line.Options.UnknownRegistry = ParseUnknownRegistry(value ?? TakeValue(name, ref args));
                    break;
                case "--identity":
                    line.Options.IdentityRules.Add(EcrIdentityRule.Parse(value ?? TakeValue(name, ref args)));
                    break;
                case "--service-account":
                    line.Options.ServiceAccount = ParseServiceAccount(value ?? TakeValue(name, ref args));
                    break;
                case "--cache-dir":
                    line.CacheDirectory = ParseFolder(value ?? TakeValue(name, ref args));
                    break;
                case "--timeout":
                    line.Timeout = ParseTimeout(value ?? TakeValue(name, ref args));
                    break;
                default:
                    throw new FormatException($"unknown argument {MessageText.Quote(name)}; see --help");
            }
        }

        return line;
    }

    // The value of an option follows an equals sign or is the next argument.
    private static (string Name, string? Value) Take(ref ReadOnlySpan<string> args)
    {
        var argument = args[0];
        args = args[1..];
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static string TakeValue(string name, ref ReadOnlySpan<string> args)
    {
        if (args.IsEmpty)
        {
            throw new FormatException($"{name} requires a value; see --help");
        }

        var value = args[0];
        args = args[1..];
        return value;
    }

    private static string? TakeOperand(ref ReadOnlySpan<string> args)
    {
        if (args.IsEmpty || args[0].StartsWith('-'))
        {
            return null;
        }

        var operand = args[0];
        args = args[1..];
        return operand;
    }

    private static UnknownRegistryHandling ParseUnknownRegistry(string value) => value switch
    {
        "refuse" => UnknownRegistryHandling.Refuse,
        "default-region" => UnknownRegistryHandling.UseDefaultRegion,
        _ => throw new FormatException($"invalid --unknown-registry {MessageText.Quote(value)}: expected refuse or default-region"),
    };

    private static ServiceAccountHandling ParseServiceAccount(string value) => value switch
    {
        "optional" => ServiceAccountHandling.Optional,
        "require-role" => ServiceAccountHandling.RequireRole,
        _ => throw new FormatException($"invalid --service-account {MessageText.Quote(value)}: expected optional or require-role"),
    };

    private static string ParseFolder(string value) =>
        Path.IsPathFullyQualified(value)
            ? value
            : throw new FormatException($"invalid --cache-dir {MessageText.Quote(value)}: expected an absolute path such as /run/ecr-credential-provider");

    private static TimeSpan ParseTimeout(string value) =>
        GoDuration.TryParse(value, out var timeout) && timeout > TimeSpan.Zero && timeout <= CredentialProviderProgram.MaxTimeout
            ? timeout
            : throw new FormatException($"invalid --timeout {MessageText.Quote(value)}: expected a duration above 0s and at most 1m, such as 30s");
}
