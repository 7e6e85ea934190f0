using System.Security.Cryptography;
using Ecr.Credentials;
using Ecr.Credentials.Aws;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Shim;

var arguments = CommandLine.Parse(args);
switch (arguments.Mode)
{
    case Mode.Help:
        Console.Out.WriteLine(CommandLine.Help);
        return CredentialProviderPlugin.Success;

    case Mode.Version:
        Console.Out.WriteLine(VersionText.Lines);
        return CredentialProviderPlugin.Success;

    case Mode.Misuse:
        Console.Error.WriteLine($"ecr-credential-provider: {arguments.Error}");
        return CredentialProviderPlugin.Misuse;

    default:
        return await RunPluginAsync(arguments);
}

static async Task<int> RunPluginAsync(CommandLine arguments)
{
    if (LinkedOpenSsl.IsPresent)
    {
        arguments.Options.Trust = SystemTrust.TakeOver();
    }

    // The first use of cryptography loads OpenSSL, which takes as long as all that comes before signing: let both happen at once.
    ThreadPool.UnsafeQueueUserWorkItem(static _ => SHA256.HashData([]), null);

    EnsureHome();
    if (!Console.IsInputRedirected)
    {
        Console.Error.WriteLine("ecr-credential-provider: Waiting for a CredentialProviderRequest on standard input; --help shows how to send one.");
    }

    using var provider = new EcrCredentialProvider(arguments.Options);
    using var input = Console.OpenStandardInput();
    using var output = Console.OpenStandardOutput();

    // Console.Error would prepare the terminal first, for a line that is seldom written.
    using var error = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
    return await CredentialProviderPlugin.RunAsync(input, output, error, provider, arguments.Timeout);
}

// Without a home directory the AWS SDK would read settings from ./.aws, which anyone may have put there. A service often has no HOME.
static void EnsureHome()
{
    if (!Path.IsPathFullyQualified(Environment.GetEnvironmentVariable("HOME") ?? ""))
    {
        Environment.SetEnvironmentVariable("HOME", null);
        Environment.SetEnvironmentVariable("HOME", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));
    }
}
