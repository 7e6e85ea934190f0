using System.Security.Cryptography;
using Ecr.Credentials;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Shim;
using Ecr.Credentials.Shim.Doctor;
using Ecr.Credentials.Shim.Kubelet;
using Ecr.Credentials.Shim.Setup;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;

var arguments = CommandLine.Parse(Environment.GetCommandLineArgs()[0], args);
if (arguments.Error is { } usageError)
{
    return ReportUsageError(arguments.Mode, usageError);
}

switch (arguments.Mode)
{
    case Mode.Help:
        return TryPrint(StandardStream.OpenOutput(), CommandLine.Help) ? ExitCode.Success : ExitCode.Failure;

    case Mode.Version:
        return TryPrint(StandardStream.OpenOutput(), VersionInfo.Lines) ? ExitCode.Success : ExitCode.Failure;

    case Mode.DockerCredentialHelper:
        return await RunDockerCredentialHelperAsync(arguments);

    case Mode.LoginPassword:
        return await RunLoginPasswordAsync(arguments);

    case Mode.Kubelet:
        return await KubeletCommand.RunAsync(arguments.KubeletArguments);

    case Mode.Setup:
        return await SetupCommand.RunAsync(arguments.SetupArguments);

    case Mode.Doctor:
        return await DoctorCommand.RunAsync(arguments.DoctorArguments);

    default:
        return await RunPluginAsync(arguments);
}

// A client of credential helpers shows the user what it reads on standard output.
static int ReportUsageError(Mode mode, string error)
{
    if (mode == Mode.DockerCredentialHelper)
    {
        _ = TryPrint(StandardStream.OpenOutput(), error);
        return ExitCode.Failure;
    }

    _ = TryPrint(StandardStream.OpenError(), $"ecr-credential-provider: {error}");
    return ExitCode.UsageError;
}

static bool TryPrint(Stream stream, string text)
{
    using var writer = new StreamWriter(stream) { AutoFlush = true };
    return Exchange.TryWriteLine(writer, text);
}

static async Task<int> RunPluginAsync(CommandLine arguments)
{
    using var provider = CreateProvider(arguments.Options, CacheDirectory.ForKubelet(arguments));
    if (!Console.IsInputRedirected)
    {
        _ = TryPrint(
            StandardStream.OpenError(), "ecr-credential-provider: reading a CredentialProviderRequest from the terminal; see --help for an example");
    }

    using var input = Console.OpenStandardInput();
    using var output = StandardStream.OpenOutput();
    using var error = new StreamWriter(StandardStream.OpenError()) { AutoFlush = true };
    return await CredentialProviderProgram.RunAsync(input, output, error, provider, arguments.CreateProgramOptions(Advice.ForKubelet));
}

static async Task<int> RunDockerCredentialHelperAsync(CommandLine arguments)
{
    using var provider = CreateProvider(arguments.Options, CacheDirectory.ForDocker(arguments));
    using var input = StandardStream.OpenInput();
    using var output = StandardStream.OpenOutput();
    return await DockerCredentialHelperProgram.RunAsync(
        arguments.Argument ?? "",
        input,
        output,
        provider,
        ignoreStorage: Environment.GetEnvironmentVariable("AWS_ECR_IGNORE_CREDS_STORAGE") == "true",
        arguments.CreateProgramOptions(Advice.ForDocker));
}

static async Task<int> RunLoginPasswordAsync(CommandLine arguments)
{
    // Not cached: a login expects the full lifetime.
    using var provider = CreateProvider(arguments.Options, cacheDirectory: null);
    using var output = StandardStream.OpenOutput();
    using var error = new StreamWriter(StandardStream.OpenError()) { AutoFlush = true };
    return await LoginPasswordProgram.RunAsync(arguments.Argument, output, error, provider, arguments.CreateProgramOptions(Advice.ForTerminal));
}

static EcrCredentialProvider CreateProvider(EcrCredentialProviderOptions options, string? cacheDirectory)
{
    if (cacheDirectory is null)
    {
        return new EcrCredentialProvider(CreateClient(options), options);
    }

    // A cached password needs nothing from AWS, whose preparation takes longer than everything else.
    var client = new Lazy<EcrTokenClient>(() => CreateClient(options));
    var source = EcrTokenSource.FromDelegate((request, cancellationToken) => client.Value.GetTokenAsync(request, cancellationToken));
    var cacheOptions = new EcrTokenFileCacheOptions
    {
        ConfigurationKey = static () => AwsConfigurationFingerprint.Compute(AwsEnvironment.Get),
        Logger = options.Logger,
        TimeProvider = options.TimeProvider,
    };
    return new EcrCredentialProvider(new EcrTokenFileCache(source, cacheDirectory, cacheOptions), options);
}

static EcrTokenClient CreateClient(EcrCredentialProviderOptions options)
{
    var trustStore = StaticOpenSsl.IsPresent ? SystemTrustStore.Install() : null;

    // The first use of cryptography loads OpenSSL, which takes as long as everything before signing: let both happen at once.
    ThreadPool.UnsafeQueueUserWorkItem(static _ => SHA256.HashData([]), null);
    EnsureHome();
    return new EcrTokenClient(new EcrTokenClientOptions { Logger = options.Logger, TimeProvider = options.TimeProvider, TrustStore = trustStore });
}

// Without a home directory the AWS SDK would read settings from ./.aws, which may be untrusted. Services often have no HOME.
static void EnsureHome()
{
    if (!Path.IsPathFullyQualified(Environment.GetEnvironmentVariable("HOME") ?? ""))
    {
        Environment.SetEnvironmentVariable("HOME", null);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        Environment.SetEnvironmentVariable("HOME", home);
    }
}
