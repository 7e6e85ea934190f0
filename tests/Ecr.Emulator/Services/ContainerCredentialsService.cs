using Ecr.Emulator.Server;

namespace Ecr.Emulator.Services;

/// <summary>
/// The container credentials endpoint of ECS and of the EKS Pod Identity agent:
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
/// </summary>
internal sealed class ContainerCredentialsService(AwsEmulatorOptions options, EmulatedCredentials containerCredentials, EmulatedCredentials podCredentials)
{
    public const string PathPrefix = "/v2/credentials/";
    public const string PodIdentityPath = "/v1/credentials";

    public Answer Handle(IncomingRequest request)
    {
        if (request.Method != "GET")
        {
            return Answer.Text(405, "text/plain", "Method Not Allowed", "MethodNotAllowed");
        }

        var (credentials, expected) = request.Path == PodIdentityPath
            ? (podCredentials, options.PodIdentityToken)
            : (containerCredentials, options.ContainerAuthorizationToken);
        return expected is { } token && request.Headers.GetValueOrDefault("Authorization") != token
            ? Answer.Text(401, "text/plain", "Unauthorized", "Unauthorized")
            : CredentialsDocument.For(credentials);
    }
}
