using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ecr.Emulator.Identities;
using Ecr.Emulator.Server;
using Ecr.Emulator.Services;
using Ecr.Emulator.Signing;

namespace Ecr.Emulator;

/// <summary>
/// AWS on the loopback interface: ECR, ECR Public, STS, SSO, the instance metadata service and the container credentials endpoint, all on
/// one port, distinguished by AWS's own protocols. It verifies signatures, records requests and injects faults.
/// </summary>
public sealed class AwsEmulator : IAsyncDisposable
{
    private readonly CredentialRegistry _credentials;
    private readonly RequestLog _log;
    private readonly TestCertificateAuthority _authority;
    private readonly ConnectProxy _proxy;
    private readonly EmulatorServer _server;
    private readonly Lazy<string> _authorityFile;
    private readonly Lazy<string> _podIdentityTokenFile;

    private AwsEmulator(
        AwsEmulatorOptions options,
        CredentialRegistry credentials,
        RequestLog log,
        TestCertificateAuthority authority,
        ConnectProxy proxy,
        EmulatorServer server)
    {
        Options = options;
        _credentials = credentials;
        _log = log;
        _authority = authority;
        _proxy = proxy;
        _server = server;
        _authorityFile = new Lazy<string>(() => TemporaryFile(_authority.Pem));
        _podIdentityTokenFile = new Lazy<string>(() => TemporaryFile(options.PodIdentityToken));
    }

    public AwsEmulatorOptions Options { get; }

    /// <summary><c>http://127.0.0.1:PORT/</c></summary>
    public Uri Address => _server.HttpAddress;

    /// <summary><c>https://localhost:PORT/</c>: the same services behind TLS. The certificate matches any name that the client requests.</summary>
    public Uri HttpsAddress => new UriBuilder(_server.HttpsAddress) { Host = "localhost" }.Uri;

    /// <summary><c>http://[::1]:PORT/</c></summary>
    /// <exception cref="InvalidOperationException">The machine has no IPv6 loopback address.</exception>
    public Uri IPv6Address => _server.IPv6Address ?? throw new InvalidOperationException("This machine has no IPv6 loopback address ([::1]).");

    /// <summary>
    /// <c>http://127.0.0.1:PORT/</c>: a proxy that tunnels every host name to <see cref="HttpsAddress"/>, so that clients reach the emulator
    /// under AWS's real names. Plain-text requests are answered with 502.
    /// </summary>
    public Uri ProxyAddress => _proxy.Address;

    /// <summary>The certificate, as PEM text, of the authority that issues certificates for <see cref="HttpsAddress"/>.</summary>
    public string CertificateAuthorityPem => _authority.Pem;

    /// <summary>A file with <see cref="CertificateAuthorityPem"/>, for <c>SSL_CERT_FILE</c>. It is deleted with the emulator.</summary>
    public string CertificateAuthorityFile => _authorityFile.Value;

    /// <summary>
    /// A file with <see cref="AwsEmulatorOptions.PodIdentityToken"/>, for <c>AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE</c>. It is deleted with the
    /// emulator.
    /// </summary>
    public string PodIdentityTokenFile => _podIdentityTokenFile.Value;

    /// <summary>The password inside the token that ECR returns.</summary>
    public required string Token { get; init; }

    /// <summary>A user's access key.</summary>
    public required EmulatedCredentials StaticCredentials { get; init; }

    /// <summary>Another user's access key, meant for a profile in a credentials file.</summary>
    public required EmulatedCredentials ProfileCredentials { get; init; }

    /// <summary>Temporary credentials, meant for the environment.</summary>
    public required EmulatedCredentials SessionCredentials { get; init; }

    /// <summary>The credentials that the metadata service returns.</summary>
    public required EmulatedCredentials InstanceCredentials { get; init; }

    /// <summary>The credentials that the container credentials endpoint returns.</summary>
    public required EmulatedCredentials ContainerCredentials { get; init; }

    /// <summary>The credentials that the container credentials endpoint returns for an EKS Pod Identity.</summary>
    public required EmulatedCredentials PodIdentityCredentials { get; init; }

    /// <summary>The credentials that the SSO portal returns.</summary>
    public required EmulatedCredentials SsoCredentials { get; init; }

    /// <summary>The credentials that AWS Sign-In returns.</summary>
    public required EmulatedCredentials LoginCredentials { get; init; }

    /// <summary>The private key, as PEM text, whose possession AWS Sign-In demands.</summary>
    public required string LoginKeyPem { get; init; }

    /// <summary>The faults that the emulator injects.</summary>
    public required FaultPlan Faults { get; init; }

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    /// <summary>Every request to <see cref="ProxyAddress"/> so far, in the order of arrival.</summary>
    public IReadOnlyList<ProxiedRequest> ProxiedRequests => _proxy.Requests;

    public static async Task<AwsEmulator> StartAsync(AwsEmulatorOptions? options = null)
    {
        options ??= new AwsEmulatorOptions();
        var credentials = new CredentialRegistry(options.AccountId, options.Partition, options.TimeProvider);
        var password = options.Token ?? AuthorizationToken.NewPassword(options.TimeProvider.GetUtcNow() + options.TokenLifetime);
        var instance = credentials.IssueSession(AssumedRole(options, options.InstanceRole ?? "none", "i-0123456789abcdef0"), options.CredentialLifetime);
        var container = credentials.IssueSession(AssumedRole(options, "emulated-task", "container"), options.CredentialLifetime);
        var pod = credentials.IssueSession(AssumedRole(options, "emulated-pod", "eks-emulated-pod"), options.CredentialLifetime);
        var sso = credentials.IssueSession(
            AssumedRole(options, $"AWSReservedSSO_{options.SsoRole}_0123456789abcdef", "emulated-user"), options.CredentialLifetime);

        var login = credentials.IssueSession(AssumedRole(options, "emulated-login", "emulated-user"), options.CredentialLifetime);
        using var loginKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var log = new RequestLog();
        var faults = new FaultPlan();
        var pipeline = new RequestPipeline(
            options,
            new SigV4Verifier(credentials, options.Region),
            faults,
            log,
            new EcrService(options, password),
            new StsService(options, credentials),
            new SsoService(options, sso),
            new SsoOidcService(options),
            new SigninService(options, login, loginKey.ExportParameters(includePrivateParameters: false)),
            new ImdsService(options, instance),
            new ContainerCredentialsService(options, container, pod));

        var authority = new TestCertificateAuthority();
        var proxy = new ConnectProxy();
        var server = await EmulatorServer.StartAsync(options.Port, pipeline, authority, proxy);
        proxy.Start(server.HttpsAddress.Port);

        return new AwsEmulator(options, credentials, log, authority, proxy, server)
        {
            Token = password,
            Faults = faults,
            StaticCredentials = credentials.IssueUserKey("static"),
            ProfileCredentials = credentials.IssueUserKey("profile"),
            SessionCredentials = credentials.IssueSession(AssumedRole(options, "emulated-session", "environment"), options.CredentialLifetime),
            InstanceCredentials = instance,
            ContainerCredentials = container,
            PodIdentityCredentials = pod,
            SsoCredentials = sso,
            LoginCredentials = login,
            LoginKeyPem = loginKey.ExportECPrivateKeyPem(),
        };
    }

    /// <summary>Issues additional credentials that the emulator accepts.</summary>
    /// <param name="roleName">The role that they represent.</param>
    /// <param name="lifetime">Zero or less issues expired credentials.</param>
    public EmulatedCredentials IssueSession(string roleName, TimeSpan lifetime) =>
        _credentials.IssueSession(AssumedRole(Options, roleName, "issued"), lifetime);

    /// <summary>Routes proxied connections to port 443 of a host to a server that the test provides, such as a registry.</summary>
    /// <param name="host">The host name that clients use.</param>
    /// <param name="port">The server's port on the loopback interface.</param>
    public void Route(string host, int port) => _proxy.Route(host, port);

    /// <summary>Issues a certificate that clients of the emulator trust, for a server that the test provides.</summary>
    /// <param name="host">The host name that clients use.</param>
    /// <returns>Certificate and key as PEM text.</returns>
    public (string Certificate, string Key) IssueCertificate(string host)
    {
        var certificate = _authority.CertificateFor(host);
        using var key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>
    /// Completes with the first past or future request for which <paramref name="matches"/> is true; it may still be unanswered.
    /// </summary>
    public Task<RecordedRequest> WaitForRequestAsync(Func<RecordedRequest, bool>? matches = null, CancellationToken cancellationToken = default) =>
        _log.WaitForAsync(matches ?? (_ => true), cancellationToken);

    /// <summary>The variables that direct an AWS SDK to this emulator for every AWS service.</summary>
    public IReadOnlyDictionary<string, string> Environment(CredentialSource source = CredentialSource.StaticKey) =>
        new ClientEnvironment(this).ForEndpoint(source);

    /// <summary>The variables with which an AWS SDK uses AWS's real host names and reaches this emulator through <see cref="ProxyAddress"/>.</summary>
    public IReadOnlyDictionary<string, string> ProxyEnvironment(CredentialSource source = CredentialSource.StaticKey) =>
        new ClientEnvironment(this).ForProxy(source);

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
        _authority.Dispose();
        Faults.Dispose();
        foreach (var file in (Lazy<string>[])[_authorityFile, _podIdentityTokenFile])
        {
            if (file.IsValueCreated)
            {
                File.Delete(file.Value);
            }
        }
    }

    private static string TemporaryFile(string text)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        return path;
    }

    private static string AssumedRole(AwsEmulatorOptions options, string role, string session) =>
        $"arn:{options.Partition}:sts::{options.AccountId}:assumed-role/{role}/{session}";
}
