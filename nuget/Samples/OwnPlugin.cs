using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;

return await CredentialProviderProgram.RunAsync(
    Console.OpenStandardInput(),
    Console.OpenStandardOutput(),
    Console.Error,
    async (request, cancellationToken) => new CredentialProviderResponse
    {
        CacheKeyType = CacheKeyType.Registry,
        CacheDuration = TimeSpan.FromMinutes(10),
        Auth = new Dictionary<string, RegistryCredential>
        {
            ["registry.example.com"] = new("node", await File.ReadAllTextAsync(Environment.GetEnvironmentVariable("TOKEN_FILE")!, cancellationToken)),
        },
    },
    new ProgramOptions { Name = "example-credential-provider" });
