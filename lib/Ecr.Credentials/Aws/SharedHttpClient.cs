using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws;

/// <summary>Gives the SDK one HTTP client, with time limits that leave room for three attempts within the kubelet's minute.</summary>
internal sealed class SharedHttpClient(ILogger logger, TimeProvider timeProvider, OnDemandTrust? trust) : HttpClientFactory, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(12);

    // A long-lived host must notice when the endpoint's name resolves to other addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _creation = new();
    private HttpClient? _client;

    /// <summary>Makes the client, if it is not there yet.</summary>
    /// <exception cref="EcrCredentialException"><c>AWS_CA_BUNDLE</c> cannot be used.</exception>
    public HttpClient Create()
    {
        lock (_creation)
        {
            return _client ??= CreateClient();
        }
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => Create();

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;

    public void Dispose() => _client?.Dispose();

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The client disposes its handlers.")]
    private HttpClient CreateClient()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // A signed request is for the host that it was signed for.
            ActivityHeadersPropagator = null, // A header added after signing.
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            SslOptions = CaBundle.CreateSslOptions(trust),
            UseCookies = false,
        };
        return new HttpClient(HttpLog.Around(handler, logger, timeProvider)) { Timeout = AttemptTimeout };
    }
}
