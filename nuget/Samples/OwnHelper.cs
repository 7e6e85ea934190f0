using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;

return await DockerCredentialHelperProgram.RunAsync(
    args.FirstOrDefault() ?? "",
    Console.OpenStandardInput(),
    Console.OpenStandardOutput(),
    Console.Error,
    async (server, cancellationToken) => server == "registry.example.com"
        ? new RegistryCredential("me", await File.ReadAllTextAsync(Environment.GetEnvironmentVariable("TOKEN_FILE")!, cancellationToken))
        : null,
    options: new ProgramOptions { Name = "docker-credential-example" });
