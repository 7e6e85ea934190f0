using System.Security.Cryptography;
using Ecr.Credentials;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Shim;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;

var arguments = CommandLine.Parse(Environment.GetCommandLineArgs()[0], args);
switch (arguments.Mode)
{
    case Mode.Help:
        return TryPrint(StandardStream.OpenOutput(), CommandLine.Help) ? CredentialProviderProgram.Success : CredentialProviderProgram.Failure;

    case Mode.Version:
        return TryPrint(StandardStream.OpenOutput(), VersionInfo.Lines) ? CredentialProviderProgram.Success : CredentialProviderProgram.Failure;

    case Mode.Misuse:
        _ = TryPrint(StandardStream.OpenError(), $"ecr-credential-provider: {arguments.Error}");
        return CredentialProviderProgram.Misuse;

    case Mode.DockerCredentialHelperProgram:
        return await RunDockerCredentialHelperAsync(arguments);

    case Mode.LoginPasswordProgram:
        return await RunLoginPasswordAsync(arguments);

    default:
        return await RunPluginAsync(arguments);
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
    return await CredentialProviderProgram.RunAsync(input, output, error, provider, arguments.Timeout);
}

static async Task<int> RunDockerCredentialHelperAsync(CommandLine arguments)
{
    using var provider = CreateProvider(arguments.Options, CacheDirectory.ForDocker(arguments));
    using var input = StandardStream.OpenInput();
    using var output = StandardStream.OpenOutput();
    return await DockerCredentialHelperProgram.RunAsync(
        arguments.Operand ?? "",
        input,
        output,
        provider,
        ignoreStorage: Environment.GetEnvironmentVariable("AWS_ECR_IGNORE_CREDS_STORAGE") == "true",
        arguments.Timeout);
}

static async Task<int> RunLoginPasswordAsync(CommandLine arguments)
{
    // A cached password may have only half its lifetime left; a login is expected to last for all of it.
    using var provider = CreateProvider(arguments.Options, cacheFolder: null);
    using var output = StandardStream.OpenOutput();
    using var error = new StreamWriter(StandardStream.OpenError()) { AutoFlush = true };
    return await LoginPasswordProgram.RunAsync(arguments.Operand, output, error, provider, arguments.Timeout);
}

static EcrCredentialProvider CreateProvider(EcrCredentialProviderOptions options, string? cacheFolder)
{
    if (cacheFolder is null)
    {
        PrepareAws(options);
        return new EcrCredentialProvider(options);
    }

    // A cached password needs no AWS call, and setting up the AWS client takes longer than everything else.
    var aws = new Lazy<EcrTokenClient>(() =>
    {
        PrepareAws(options);
        return new EcrTokenClient(options.Logger, options.TimeProvider, options.Trust);
    });
    var source = EcrTokenSource.FromDelegate((request, cancellationToken) => aws.Value.GetTokenAsync(request, cancellationToken));
    return new EcrCredentialProvider(new EcrTokenFileCache(source, cacheFolder, options.Logger, options.TimeProvider), options);
}

static void PrepareAws(EcrCredentialProviderOptions options)
{
    if (StaticOpenSsl.IsPresent)
    {
        options.Trust = SystemTrustStore.TakeOver();
    }

    // The first use of cryptography loads OpenSSL, which takes as long as everything else before signing; run both in parallel.
    ThreadPool.UnsafeQueueUserWorkItem(static _ => SHA256.HashData([]), null);
    EnsureHome();
}

// Without HOME, which services often lack, the AWS SDK would read settings from ./.aws, which may be untrusted.
static void EnsureHome()
{
    if (!Path.IsPathFullyQualified(Environment.GetEnvironmentVariable("HOME") ?? ""))
    {
        Environment.SetEnvironmentVariable("HOME", null);
        Environment.SetEnvironmentVariable("HOME", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));
    }
}
