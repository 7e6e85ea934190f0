using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Shim;

/// <summary>The parsed command line.</summary>
/// <remarks>Parsed by hand: a plugin is started for every pull, and a parsing library would take longer than the exchange itself.</remarks>
internal sealed class CommandLine
{
    public const string ProgramName = "ecr-credential-provider";

    public const string Help = """
        Amazon ECR credentials for the kubelet, Docker and the command line.

        Usage: ecr-credential-provider [get-credentials] [OPTION]...
               ecr-credential-provider docker get|list|store|erase|version [OPTION]...
               ecr-credential-provider login-password [HOST|IMAGE] [OPTION]...
               ecr-credential-provider kubelet get|validate [OPTION]...
               ecr-credential-provider setup [DISTRIBUTION] [OPTION]...
               ecr-credential-provider doctor [IMAGE] [OPTION]...
               ecr-credential-provider cache show|clear [OPTION]...

        With no command, runs as a kubelet credential provider plugin: reads a
        CredentialProviderRequest (JSON) on stdin and writes a CredentialProviderResponse on stdout.
        Example:

          echo '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1",
                 "image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"}' | ecr-credential-provider

        "docker", or an executable name that starts with docker-credential-, runs it as a Docker
        credential helper (docker, podman, skopeo, ...).

        "login-password" prints a registry password; without HOST, one for the default region:

          ecr-credential-provider login-password HOST | docker login -u AWS --password-stdin HOST

        "kubelet get" prints the credentials that the kubelet would use for an image; "kubelet validate"
        checks the kubelet's credential provider configuration. See kubelet --help for their options.

        "setup" makes the kubelet of this node use the plugin, or undoes it. See setup --help.

        "doctor" finds out why this node does not pull an image. See doctor --help.

        "cache show" lists the cached passwords without showing them; "cache clear" removes them.

        Options:
          --registry-alias PATTERN=REGISTRY   use REGISTRY's password for hosts matching PATTERN
                                              (repeatable, first match wins)
          --unknown-registry refuse           refuse hosts that are not ECR (default)
          --unknown-registry default-region   use the default region's ECR password for them
          --identity PATTERN=profile:NAME     use AWS profile NAME for images matching PATTERN
                                              (repeatable, first match wins)
          --identity PATTERN=role:ARN[,external-id=ID]
                                              assume role ARN with the default identity for them
          --service-account optional          use the role of the pod's service account if it has one
                                              (default)
          --service-account require-role      fail if the pod's service account has no role
          --cache-dir DIR                     cache passwords in DIR for half their lifetime;
                                              concurrent processes share one AWS call
          --timeout DURATION                  overall timeout, such as 30s (default 50s, at most 1m)
          -v, --verbose                       log to stderr
          --version                           print the version
          -h, --help                          print this help

        By default, AWS credentials are resolved in the standard order: environment variables, shared
        config and credentials files, container endpoint, instance metadata.

        Exit codes: 0 success; 1 no credentials could be obtained; 2 invalid request, arguments or
        configuration. Errors are reported as one line on stderr.
        """;

    private readonly StandardError _error;

    private CommandLine(Mode mode, StandardError error)
    {
        Mode = mode;
        _error = error;
    }

    public Mode Mode { get; private set; }

    /// <summary>What is wrong with the command line; <see langword="null"/> if nothing is.</summary>
    public string? Error { get; private set; }

    public EcrCredentialProviderOptions Options { get; } = new();

    /// <summary>Receives diagnostics.</summary>
    public ILogger Logger { get; private set; } = NullLogger.Instance;

    /// <summary>The action of a credential helper or on the cache, or the image or host of a login password; <see langword="null"/> if omitted.</summary>
    public string? Argument { get; private set; }

    /// <summary>What follows <c>kubelet</c>.</summary>
    public IReadOnlyList<string> KubeletArguments { get; private set; } = [];

    /// <summary>What follows <c>setup</c>.</summary>
    public IReadOnlyList<string> SetupArguments { get; private set; } = [];

    /// <summary>What follows <c>doctor</c>.</summary>
    public IReadOnlyList<string> DoctorArguments { get; private set; } = [];

    /// <summary>Whether lines are logged to standard error.</summary>
    public bool IsVerbose { get; private set; }

    /// <summary>Whether a docker client requests a password.</summary>
    public bool IsDockerGet => Mode == Mode.DockerCredentialHelper && Argument == "get";

    /// <summary>The directory of the cache; <see langword="null"/> if omitted.</summary>
    public string? CacheDirectory { get; private set; }

    public TimeSpan Timeout { get; private set; } = ProgramOptions.DefaultTimeout;

    public ProgramOptions CreateProgramOptions(Func<EcrCredentialErrorReason, string?> advice) =>
        new() { Name = ProgramName, Timeout = Timeout, Advice = advice, MayBlock = true };

    /// <param name="program">The name by which the program was started, with or without its directory.</param>
    /// <param name="args">The arguments after it.</param>
    /// <param name="error">Receives what is logged.</param>
    public static CommandLine Parse(string program, ReadOnlySpan<string> args, StandardError error)
    {
        var line = new CommandLine(Mode.Plugin, error);
        try
        {
            return line.Read(IsDockerCredentialHelper(program) ? ["docker", .. args] : args);
        }
        catch (FormatException e)
        {
            line.Error = e.Message;
            return line;
        }
    }

    /// <summary>Takes an option, whose value follows an equals sign or is the next argument, or another argument.</summary>
    public static (string Name, string? Value) Take(ref ReadOnlySpan<string> args)
    {
        var argument = args[0];
        args = args[1..];
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    /// <exception cref="FormatException">There is no value.</exception>
    public static string TakeValue(string name, ref ReadOnlySpan<string> args)
    {
        if (args.IsEmpty)
        {
            throw new FormatException($"{name} requires a value; see --help");
        }

        var value = args[0];
        args = args[1..];
        return value;
    }

    // Docker looks for a helper by this prefix and a suffix from its configuration; Windows and macOS ignore case in names.
    private static bool IsDockerCredentialHelper(string program) =>
        Path.GetFileName(program.AsSpan()).StartsWith("docker-credential-", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FormatException">An argument is invalid; the message says which and why.</exception>
    private CommandLine Read(ReadOnlySpan<string> args)
    {
        if (args is ["kubelet", .. var kubeletArguments])
        {
            Mode = Mode.Kubelet;
            KubeletArguments = [.. kubeletArguments];
            return this;
        }

        if (args is ["setup", .. var setupArguments])
        {
            Mode = Mode.Setup;
            SetupArguments = [.. setupArguments];
            return this;
        }

        if (args is ["doctor", .. var doctorArguments])
        {
            Mode = Mode.Doctor;
            DoctorArguments = [.. doctorArguments];
            return this;
        }

        while (!args.IsEmpty)
        {
            var (name, value) = Take(ref args);
            switch (name)
            {
                case "get-credentials" when value is null:
                    // The Go plugin of the same name accepts and ignores it; many configurations contain it.
                    break;
                case "docker" when value is null && Mode == Mode.Plugin:
                    Mode = Mode.DockerCredentialHelper;
                    Argument = TakeArgument(ref args);
                    break;
                case "login-password" when value is null && Mode == Mode.Plugin:
                    Mode = Mode.LoginPassword;
                    Argument = TakeArgument(ref args);
                    break;
                case "cache" when value is null && Mode == Mode.Plugin:
                    Mode = Mode.Cache;
                    Argument = TakeArgument(ref args);
                    break;
                case "-h" or "--help" when value is null:
                    Mode = Mode.Help;
                    return this;
                case "--version" when value is null:
                    Mode = Mode.Version;
                    return this;
                case "-v" or "--verbose" when value is null:
                    Logger = new StandardErrorLogger(_error);
                    IsVerbose = true;
                    break;
                case "--registry-alias":
                    Options.RegistryAliases.Add(EcrRegistryAlias.Parse(value ?? TakeValue(name, ref args)));
                    break;
                case "--unknown-registry":
                    Options.UnknownRegistry = ParseUnknownRegistry(value ?? TakeValue(name, ref args));
                    break;
                case "--identity":
                    Options.IdentityRules.Add(EcrIdentityRule.Parse(value ?? TakeValue(name, ref args)));
                    break;
                case "--service-account":
                    Options.ServiceAccount = ParseServiceAccount(value ?? TakeValue(name, ref args));
                    break;
                case "--cache-dir":
                    CacheDirectory = Shim.CacheDirectory.Check(name, value ?? TakeValue(name, ref args));
                    break;
                case "--timeout":
                    Timeout = ParseTimeout(value ?? TakeValue(name, ref args));
                    break;
                default:
                    throw new FormatException($"unknown argument {MessageText.Quote(name)}; see --help");
            }
        }

        // Image builders run docker-credential-ecr-login -v to print its version.
        if (Mode == Mode.DockerCredentialHelper && Argument is null && IsVerbose)
        {
            Mode = Mode.HelperVersion;
        }

        return this;
    }

    private static string? TakeArgument(ref ReadOnlySpan<string> args)
    {
        if (args.IsEmpty || args[0].StartsWith('-'))
        {
            return null;
        }

        var argument = args[0];
        args = args[1..];
        return argument;
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

    private static TimeSpan ParseTimeout(string value) =>
        GoDuration.TryParse(value, out var timeout) && timeout > TimeSpan.Zero && timeout <= ProgramOptions.MaxTimeout
            ? timeout
            : throw new FormatException($"invalid --timeout {MessageText.Quote(value)}: expected a duration above 0s and at most 1m, such as 30s");
}
