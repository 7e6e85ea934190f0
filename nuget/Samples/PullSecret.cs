using Ecr.Credentials.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(args);
builder.Services.AddEcrTokenRenewal(Host, async (services, token, cancellationToken) =>
{
    // The file of a pull secret: kubectl create secret generic ecr --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson
    var json = DockerAuthJson.Write(Host, new RegistryCredential(token.Username, token.Password));
    await File.WriteAllTextAsync(".dockerconfigjson", json, cancellationToken);
});
await builder.Build().RunAsync();
