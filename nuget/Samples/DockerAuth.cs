using Ecr.Credentials;
using Ecr.Credentials.Protocol;

const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

// Testcontainers and GitLab runners read this variable; docker and podman read the same text from a file.
using var ecr = new EcrCredentialProvider();
var json = DockerAuthJson.Write(Host, await ecr.GetAuthAsync(Host));
Environment.SetEnvironmentVariable("DOCKER_AUTH_CONFIG", json);
Console.WriteLine(json.Length);
