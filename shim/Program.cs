using System.Security.Cryptography;
using System.Text;
using Ecr.Credentials;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Shim;
using Ecr.Credentials.Shim.Doctor;
using Ecr.Credentials.Shim.Kubelet;
using Ecr.Credentials.Shim.Setup;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;
using Microsoft.Extensions.Logging;

const string NotFound = "credentials not found in native keychain";

StandardDescriptors.Secure();
var error = new StandardError();
var deadline = new ProcessDeadline();
AppDomain.CurrentDomain.UnhandledException += (_, unhandled) => Fail((Exception)unhandled.ExceptionObject);

// Elsewhere .NET's host starts the program, and names its assembly as the first argument.
var program = OperatingSystem.IsLinux() ? Environment.GetCommandLineArgs()[0] : Environment.ProcessPath ?? "";
var arguments = CommandLine.Parse(program, args, error);
deadline.Answer = arguments.IsDockerGet ? $"{NotFound}\n" : null;
deadline.Line = error.Format(
    Describe(Exchange.DescribeTimeout(
        arguments.Timeout, "waiting for the operating system: standard input or output, a file system or a name service")),
    isFirst: !arguments.IsVerbose);
deadline.AbortLine = error.Format(
    Describe("the process ran out of memory, threads or open files, or a system library could not be loaded: raise its limits"),
    isFirst: !arguments.IsVerbose);
if (arguments.Mode is not (Mode.Kubelet or Mode.Setup or Mode.Doctor))
{
    // These bound each of their steps: a plugin may run for a minute, and a kubelet may take as long to restart.
    deadline.Arm(arguments.Timeout);
}

error.Reporting = () => deadline.Line = deadline.AbortLine = "";
using var output = StandardStream.OpenOutput(writing: () => deadline.Answer = null);
if (arguments.Error is { } usageError)
{
    return ReportUsageError(usageError);
}

switch (arguments.Mode)
{
    case Mode.Help:
        return Print(CommandLine.Help);

    case Mode.Version:
        return Print(VersionInfo.Lines);

    case Mode.HelperVersion:
        return Print(VersionInfo.HelperLines);

    case Mode.Cache:
        return RunCache();

    case Mode.DockerCredentialHelper:
        return await RunDockerCredentialHelperAsync();

    case Mode.LoginPassword:
        return await RunLoginPasswordAsync();

    case Mode.Kubelet:
        return await KubeletCommand.RunAsync(arguments.KubeletArguments);

    case Mode.Setup:
        return await SetupCommand.RunAsync(arguments.SetupArguments);

    case Mode.Doctor:
        return await DoctorCommand.RunAsync(arguments.DoctorArguments);

    default:
        return await RunPluginAsync();
}

// No input, limit of the system or defect may end in a stack trace.
void Fail(Exception exception)
{
    deadline.AbortLine = "";
    _ = error.TryWriteLine(Describe(Exchange.Describe(exception)));
    ProcessDeadline.Exit();
}

static string Describe(string reason) => $"ecr-credential-provider: {reason}";

// A client of credential helpers shows the user what it reads on standard output; after a failed get it continues without credentials.
int ReportUsageError(string reason)
{
    if (arguments.Mode == Mode.DockerCredentialHelper && !arguments.IsDockerGet)
    {
        _ = Print(reason);
        return ExitCode.Failure;
    }

    _ = error.TryWriteLine(Describe(reason));
    if (!arguments.IsDockerGet)
    {
        return ExitCode.UsageError;
    }

    _ = Print(NotFound);
    return ExitCode.Failure;
}

int Print(string text)
{
    try
    {
        output.Write(Encoding.UTF8.GetBytes($"{text}\n"));
        return ExitCode.Success;
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        return ExitCode.Failure;
    }
}

async Task<int> RunPluginAsync()
{
    using var provider = CreateProvider(arguments, CacheDirectory.ForKubelet(arguments).Path);
    if (StandardStream.IsInputTerminal)
    {
        _ = error.TryWriteLine("ecr-credential-provider: reading a CredentialProviderRequest from the terminal; see --help for an example");
    }

    using var input = StandardStream.OpenInput();
    return await CredentialProviderProgram.RunAsync(input, output, error, provider, arguments.CreateProgramOptions(Advice.ForKubelet));
}

int RunCache()
{
    try
    {
        return Print(CacheCommand.Run(arguments.Argument ?? "", FindCacheForDocker(), arguments.Logger));
    }
    catch (FormatException e)
    {
        return ReportUsageError(e.Message);
    }
}

CacheDirectory FindCacheForDocker()
{
    var directory = CacheDirectory.ForDocker(arguments);
    if (arguments.IsVerbose && directory.Note is { } note)
    {
        _ = error.TryWriteLine(Describe(note));
    }

    return directory;
}

async Task<int> RunDockerCredentialHelperAsync()
{
    CacheDirectory directory;
    try
    {
        directory = FindCacheForDocker();
    }
    catch (FormatException e)
    {
        return ReportUsageError(e.Message);
    }

    using var provider = CreateProvider(arguments, directory.Path);
    using var input = StandardStream.OpenInput();

    // A person who tries the program learns what is missing without having to end the input.
    var isIncomplete = arguments.Argument is null && StandardStream.IsInputTerminal;
    return await DockerCredentialHelperProgram.RunAsync(
        arguments.Argument ?? "",
        isIncomplete ? Stream.Null : input,
        output,
        error,
        provider,
        ignoreStorage: Environment.GetEnvironmentVariable("AWS_ECR_IGNORE_CREDS_STORAGE") == "true",
        arguments.CreateProgramOptions(Advice.ForDocker));
}

async Task<int> RunLoginPasswordAsync()
{
    // Not cached: a login expects the full lifetime.
    using var provider = CreateProvider(arguments, cacheDirectory: null);
    return await LoginPasswordProgram.RunAsync(arguments.Argument, output, error, provider, arguments.CreateProgramOptions(Advice.ForTerminal));
}

static EcrCredentialProvider CreateProvider(CommandLine arguments, string? cacheDirectory)
{
    var (options, logger) = (arguments.Options, arguments.Logger);
    if (cacheDirectory is null)
    {
        return EcrCredentialProvider.WithoutCache(CreateClient(logger), options, logger: logger);
    }

    // A cached password needs nothing from AWS, whose preparation takes longer than everything else.
    var client = new Lazy<EcrTokenClient>(() => CreateClient(logger));
    var source = EcrTokenSource.FromDelegate((request, cancellationToken) => client.Value.GetTokenAsync(request, cancellationToken));
    var cacheOptions = new EcrTokenFileCacheOptions
    {
        ConfigurationKey = static () => AwsConfigurationFingerprint.Compute(AwsEnvironment.Get),
        Logger = logger,
    };
    return EcrCredentialProvider.WithoutCache(new EcrTokenFileCache(source, cacheDirectory, cacheOptions), options, logger: logger);
}

static EcrTokenClient CreateClient(ILogger logger)
{
    var trustStore = AwsRuntime.Prepare();

    // The first use of cryptography loads OpenSSL, which takes as long as everything before signing: let both happen at once.
    ThreadPool.UnsafeQueueUserWorkItem(static _ => SHA256.HashData([]), null);
    return new EcrTokenClient(new EcrTokenClientOptions { Logger = logger, TrustStore = trustStore, RoleSessionName = CommandLine.ProgramName });
}
