using Ecr.Credentials;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Shim;

var arguments = CommandLine.Parse(args);
switch (arguments.Mode)
{
    case Mode.Help:
        Console.Out.WriteLine(CommandLine.Help);
        return CredentialProviderPlugin.Success;

    case Mode.Version:
        Console.Out.WriteLine(CommandLine.Version);
        return CredentialProviderPlugin.Success;

    case Mode.Misuse:
        Console.Error.WriteLine($"ecr-credential-provider: {arguments.Error}");
        return CredentialProviderPlugin.Misuse;

    default:
        return await RunPluginAsync(arguments);
}

static async Task<int> RunPluginAsync(CommandLine arguments)
{
    if (!Console.IsInputRedirected)
    {
        Console.Error.WriteLine("ecr-credential-provider: Waiting for a CredentialProviderRequest on standard input; --help shows how to send one.");
    }

    using var provider = new EcrCredentialProvider(arguments.Options);
    using var input = Console.OpenStandardInput();
    using var output = Console.OpenStandardOutput();
    return await CredentialProviderPlugin.RunAsync(input, output, Console.Error, provider, arguments.Timeout);
}
