using Docker.DotNet;
using Docker.DotNet.Models;
using Ecr.Credentials;
using Ecr.Credentials.Protocol;

const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

using var ecr = new EcrCredentialProvider();
using var docker = new DockerClientBuilder().WithEndpoint(new Uri(args[0])).Build();

RegistryCredential credential = await ecr.GetAuthAsync(Image);
var auth = new AuthConfig { Username = credential.Username, Password = credential.Password, ServerAddress = Image.Split('/')[0] };
await docker.Images.CreateImageAsync(new ImagesCreateParameters { FromImage = Image, Tag = "1.2" }, auth, new Progress<JSONMessage>());
