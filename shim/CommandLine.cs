using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Shim;

/// <summary>The command line, read.</summary>
/// <remarks>Written by hand: a plugin is started for every pull, and a parsing library costs more time than the whole exchange leaves.</remarks>
internal sealed class CommandLine
{
    public const string Help = """
        Gives the kubelet, docker and people credentials for Amazon ECR.

        Usage: ecr-credential-provider [get-credentials] [OPTION]...
               ecr-credential-provider docker get|list|store|erase|version [OPTION]...
               ecr-credential-provider login-password [HOST|IMAGE] [OPTION]...

        Without a command it is a plugin of the kubelet: it reads one CredentialProviderRequest as JSON
        from standard input and writes one CredentialProviderResponse to standard output. Try it:

          echo '{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1",
                 "image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"}' | ecr-credential-provider

        With the command docker, or started under a name that begins with docker-credential-, it is a
        credential helper of docker, podman, skopeo and others.

        With the command login-password it prints a password, of the default region where no registry
        is named:

          ecr-credential-provider login-password HOST | docker login -u AWS --password-stdin HOST

        Options:
          --registry-alias PATTERN=REGISTRY   give hosts that match PATTERN the password of an ECR
                                              registry; may be repeated, the first match counts
          --unknown-registry refuse           refuse hosts that are not ECR (the default)
          --unknown-registry default-region   give them the password of the default region's ECR
          --identity PATTERN=profile:NAME     ask with the AWS profile NAME for images that match PATTERN;
                                              may be repeated, the first match counts
          --identity PATTERN=role:ARN[,external-id=ID]
                                              ask with that role, assumed by the default identity
          --service-account optional          use the role of the pod's service account, if it has one
                                              (the default)
          --service-account require-role      refuse a service account that has none
          --cache-dir FOLDER                  keep passwords in this folder until half of their life is
                                              over, and let one process ask where many want the same
          --timeout DURATION                  the time for everything together, such as 30s; at most 1m,
                                              50s by default
          -v, --verbose                       tell on standard error what is being done
          --version                           print the version
          -h, --help                          print this text

        Unless an option names one, the AWS identity is the first one found in the environment, profile
        files, container credentials and instance metadata, as in every AWS SDK.

        Exit codes: 0 a response was written; 1 no credential could be got; 2 the request, the
        arguments or the configuration are wrong. What is wrong is told in one line on standard error.
        """;

    private CommandLine(Mode mode) => Mode = mode;

    public Mode Mode { get; private set; }

    /// <summary>What is wrong with the command line, if the mode is <see cref="Mode.Misuse"/>.</summary>
    public string? Error { get; private init; }

    public EcrCredentialProviderOptions Options { get; } = new();

    /// <summary>What docker wants done, or the image or host that a password is for; null if it is not said.</summary>
    public string? Argument { get; private set; }

    /// <summary>Where passwords are to be kept; null if it is not said.</summary>
    public string? CacheDirectory { get; private set; }

    public TimeSpan Timeout { get; private set; } = ProgramOptions.DefaultTimeout;

    public ProgramOptions CreateProgramOptions(Func<EcrCredentialErrorReason, string?> advice) => new() { Timeout = Timeout, Advice = advice };

    /// <param name="program">The name under which the program was started, with or without folder.</param>
    /// <param name="args">The arguments after it.</param>
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

    // Docker looks for a helper by this name, with an ending of its user's choice.
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
                    // The Go plugin of the same name takes it and ignores it; it stands in many configurations.
                    break;
                case "docker" when value is null && line.Mode == Mode.Plugin:
                    line.Mode = Mode.DockerCredentialHelperProgram;
                    line.Argument = TakeArgument(ref args);
                    break;
                case "login-password" when value is null && line.Mode == Mode.Plugin:
                    line.Mode = Mode.LoginPasswordProgram;
                    line.Argument = TakeArgument(ref args);
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
                    throw new FormatException($"The argument \"{name}\" is not known here. Try --help.");
            }
        }

        return line;
    }

    // An option's value follows an equals sign or is the next argument.
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
            throw new FormatException($"{name} needs a value. Try --help.");
        }

        var value = args[0];
        args = args[1..];
        return value;
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
        _ => throw new FormatException($"--unknown-registry is \"{value}\". It must be refuse or default-region."),
    };

    private static ServiceAccountHandling ParseServiceAccount(string value) => value switch
    {
        "optional" => ServiceAccountHandling.Optional,
        "require-role" => ServiceAccountHandling.RequireRole,
        _ => throw new FormatException($"--service-account is \"{value}\". It must be optional or require-role."),
    };

    private static string ParseFolder(string value) =>
        Path.IsPathFullyQualified(value)
            ? value
            : throw new FormatException($"--cache-dir is \"{value}\". It must be a full path, such as /run/ecr-credential-provider.");

    private static TimeSpan ParseTimeout(string value) =>
        GoDuration.TryParse(value, out var timeout) && timeout > TimeSpan.Zero && timeout <= ProgramOptions.MaxTimeout
            ? timeout
            : throw new FormatException($"--timeout is \"{value}\". It must be a duration above zero and at most 1m, such as 30s.");
}
