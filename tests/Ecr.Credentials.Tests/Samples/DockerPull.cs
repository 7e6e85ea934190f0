using Docker.DotNet;
using Docker.DotNet.Models;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Makes the Docker engine pull an image from ECR, with Docker.DotNet.</summary>
internal sealed class DockerPull(IDockerClient docker, EcrCredentialProvider ecr)
{
    public async Task PullAsync(string image, string tag, CancellationToken cancellationToken = default)
    {
        var credential = await ecr.GetAuthAsync(image, cancellationToken);
        var auth = new AuthConfig
        {
            Username = credential.Username,
            Password = credential.Password,
            ServerAddress = EcrRegistry.Parse(image).Host,
        };

        var parameters = new ImagesCreateParameters { FromImage = image, Tag = tag };
        await docker.Images.CreateImageAsync(parameters, auth, new Progress<JSONMessage>(), cancellationToken);
    }
}
