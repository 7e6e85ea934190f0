using Ecr.Emulator.Services;

namespace Ecr.Emulator.Identities;

/// <summary>
/// Environment variables for clients of the emulator:
/// https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
/// </summary>
internal sealed class ClientEnvironment(AwsEmulator emulator)
{
    /// <summary>Without a trailing slash: SDKs append paths that begin with one.</summary>
    private readonly string _endpoint = emulator.Address.GetLeftPart(UriPartial.Authority);

    public Dictionary<string, string> ForEndpoint(CredentialSource source) => new(Common(source))
    {
        ["AWS_ENDPOINT_URL"] = _endpoint,
    };

    public Dictionary<string, string> ForProxy(CredentialSource source) => new(Common(source))
    {
        ["HTTPS_PROXY"] = emulator.ProxyAddress.GetLeftPart(UriPartial.Authority),
        ["SSL_CERT_FILE"] = emulator.CertificateAuthorityFile,
        ["AWS_CA_BUNDLE"] = emulator.CertificateAuthorityFile,
    };

    private Dictionary<string, string> Common(CredentialSource source)
    {
        var variables = Credentials(source);

        // Always set, because the metadata address may be reachable from the machine that runs the test.
        variables["AWS_EC2_METADATA_DISABLED"] = source is CredentialSource.InstanceMetadata ? "false" : "true";
        if (emulator.Options.Region is { } region)
        {
            variables["AWS_REGION"] = region;
        }

        return variables;
    }

    private Dictionary<string, string> Credentials(CredentialSource source) => source switch
    {
        CredentialSource.StaticKey => Keys(emulator.StaticCredentials),
        CredentialSource.SessionKey => Keys(emulator.SessionCredentials),
        CredentialSource.InstanceMetadata => new() { ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = _endpoint },
        CredentialSource.Container => Container(),
        CredentialSource.PodIdentity => new()
        {
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = _endpoint + ContainerCredentialsService.PodIdentityPath,
            ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = emulator.PodIdentityTokenFile,
        },
        _ => [],
    };

    private static Dictionary<string, string> Keys(EmulatedCredentials credentials)
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey,
        };
        if (credentials.SessionToken is { } sessionToken)
        {
            variables["AWS_SESSION_TOKEN"] = sessionToken;
        }

        return variables;
    }

    private Dictionary<string, string> Container()
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = _endpoint + ContainerCredentialsService.PathPrefix + "emulated-task",
        };
        if (emulator.Options.ContainerAuthorizationToken is { } token)
        {
            variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token;
        }

        return variables;
    }
}
