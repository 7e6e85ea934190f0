using Ecr.Emulator.Identities;
using Ecr.Emulator.Server;
using Ecr.Emulator.Services;
using Ecr.Emulator.Signing;

namespace Ecr.Emulator;

/// <summary>
/// AWS on the loopback interface: ECR, ECR Public, STS, the instance metadata service and the container credentials endpoint, all on one
/// port, told apart as AWS's own protocols allow. It verifies signatures, records what it sees, and goes wrong when told to.
/// </summary>
public sealed class AwsEmulator : IAsyncDisposable
{
    private readonly AwsEmulatorOptions _options;
    private readonly CredentialRegistry _credentials;
    private readonly RequestLog _log;
    private readonly EmulatorServer _server;

    private AwsEmulator(AwsEmulatorOptions options, CredentialRegistry credentials, RequestLog log, EmulatorServer server)
    {
        _options = options;
        _credentials = credentials;
        _log = log;
        _server = server;
    }

    /// <summary><c>http://127.0.0.1:PORT/</c></summary>
    public Uri Address => _server.HttpAddress;

    /// <summary>The password inside the token that ECR hands out.</summary>
    public required string Token { get; init; }

    /// <summary>A user's access key.</summary>
    public required EmulatedCredentials StaticCredentials { get; init; }

    /// <summary>Another user's access key, meant for a profile in a credentials file.</summary>
    public required EmulatedCredentials ProfileCredentials { get; init; }

    /// <summary>Temporary credentials, meant for the environment.</summary>
    public required EmulatedCredentials SessionCredentials { get; init; }

    /// <summary>What the metadata service hands out.</summary>
    public required EmulatedCredentials InstanceCredentials { get; init; }

    /// <summary>What the container credentials endpoint hands out.</summary>
    public required EmulatedCredentials ContainerCredentials { get; init; }

    /// <summary>What the emulator does wrong.</summary>
    public FaultPlan Faults { get; private init; } = null!;

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    public static async Task<AwsEmulator> StartAsync(AwsEmulatorOptions? options = null)
    {
        options ??= new AwsEmulatorOptions();
        var credentials = new CredentialRegistry(options.AccountId, options.TimeProvider);
        var password = options.Token ?? AuthorizationToken.NewPassword(options.TimeProvider.GetUtcNow() + options.TokenLifetime);
        var instance = credentials.IssueSession(AssumedRole(options, options.InstanceRole ?? "none", "i-0123456789abcdef0"), options.CredentialLifetime);
        var container = credentials.IssueSession(AssumedRole(options, "emulated-task", "container"), options.CredentialLifetime);

        var log = new RequestLog();
        var faults = new FaultPlan();
        var pipeline = new RequestPipeline(
            options,
            new SigV4Verifier(credentials, options.Region),
            faults,
            log,
            new EcrService(options, password),
            new StsService(options, credentials),
            new ImdsService(options, instance),
            new ContainerCredentialsService(options, container));

        return new AwsEmulator(options, credentials, log, await EmulatorServer.StartAsync(options.Port, pipeline))
        {
            Token = password,
            Faults = faults,
            StaticCredentials = credentials.IssueUserKey("static"),
            ProfileCredentials = credentials.IssueUserKey("profile"),
            SessionCredentials = credentials.IssueSession(AssumedRole(options, "emulated-session", "environment"), options.CredentialLifetime),
            InstanceCredentials = instance,
            ContainerCredentials = container,
        };
    }

    /// <summary>Makes further credentials that the emulator accepts.</summary>
    /// <param name="roleName">The role for which they speak.</param>
    /// <param name="lifetime">Zero or less makes credentials that have expired.</param>
    public EmulatedCredentials IssueSession(string roleName, TimeSpan lifetime) =>
        _credentials.IssueSession(AssumedRole(_options, roleName, "issued"), lifetime);

    /// <summary>Completes with the first request, seen already or still to come, for which <paramref name="matches"/> is true; it may not be answered yet.</summary>
    public Task<RecordedRequest> WaitForRequestAsync(Func<RecordedRequest, bool>? matches = null, CancellationToken cancellationToken = default) =>
        _log.WaitForAsync(matches ?? (_ => true), cancellationToken);

    /// <summary>The variables with which an AWS SDK talks to this emulator, and to nothing else.</summary>
    public IReadOnlyDictionary<string, string> Environment(CredentialSource source = CredentialSource.StaticKey)
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL"] = Endpoint,
            ["AWS_EC2_METADATA_DISABLED"] = source is CredentialSource.InstanceMetadata ? "false" : "true",
        };
        switch (source)
        {
            case CredentialSource.StaticKey:
                AddKeys(variables, StaticCredentials);
                break;
            case CredentialSource.SessionKey:
                AddKeys(variables, SessionCredentials);
                break;
            case CredentialSource.InstanceMetadata:
                variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = Endpoint;
                break;
            case CredentialSource.Container:
                variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = Endpoint + ContainerCredentialsService.PathPrefix + "emulated-task";
                if (_options.ContainerAuthorizationToken is { } token)
                {
                    variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token;
                }

                break;
        }

        if (_options.Region is { } region)
        {
            variables["AWS_REGION"] = region;
        }

        return variables;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Faults.Dispose();
    }

    /// <summary>Without the slash at the end: SDKs append paths that begin with one.</summary>
    private string Endpoint => Address.GetLeftPart(UriPartial.Authority);

    private static string AssumedRole(AwsEmulatorOptions options, string role, string session) =>
        $"arn:aws:sts::{options.AccountId}:assumed-role/{role}/{session}";

    private static void AddKeys(Dictionary<string, string> variables, EmulatedCredentials credentials)
    {
        variables["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId;
        variables["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey;
        if (credentials.SessionToken is { } sessionToken)
        {
            variables["AWS_SESSION_TOKEN"] = sessionToken;
        }
    }
}
