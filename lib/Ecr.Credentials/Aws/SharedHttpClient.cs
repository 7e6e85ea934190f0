using Amazon.Runtime;

namespace Ecr.Credentials.Aws;

/// <summary>Gives the SDK one HTTP client, with time limits that leave room for three attempts within the kubelet's minute.</summary>
internal sealed class SharedHttpClient : HttpClientFactory, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(12);

    // A long-lived host must notice when the endpoint's name resolves to other addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // A signed request is for the host that it was signed for.
            ActivityHeadersPropagator = null, // A header added after signing.
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            UseCookies = false,
        })
    {
        Timeout = AttemptTimeout,
    };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;

    public void Dispose() => _client.Dispose();
}
