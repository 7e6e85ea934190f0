using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Trust;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Gives the SDK one HTTP client, with time limits that leave room for three attempts within the kubelet's minute.</summary>
internal sealed class AwsHttpClientFactory(ILogger logger, TimeProvider timeProvider, LazyTrustStore? trust = null) : HttpClientFactory, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(12);

    // A long-lived host must notice when the endpoint's name resolves to other addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _creation = new();
    private SocketsHttpHandler? _connections;
    private HttpClient? _client;
    private bool _isUsed;

    /// <summary>Makes the client, if it is not there yet.</summary>
    /// <exception cref="EcrCredentialException"><c>AWS_CA_BUNDLE</c> cannot be used.</exception>
    public HttpClient Create()
    {
        lock (_creation)
        {
            return _client ??= CreateClient();
        }
    }

    /// <summary>Begins to connect to the server that will be asked first.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is, the call itself will tell.")]
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before they are disposed", Justification = "It is awaited.")]
    [SuppressMessage("Performance", "CA1849:Call async methods when in an async method", Justification = "No connection may be there before it is given up.")]
    public async Task ConnectAsync(Uri server)
    {
        Create();
        if (Interlocked.Exchange(ref _isUsed, true))
        {
            return;
        }

        // A request that is given up while it waits for a connection leaves that to the next request to the server.
        using var request = new HttpRequestMessage(HttpMethod.Head, server);
        using var connector = new HttpMessageInvoker(_connections!, disposeHandler: false);
        using var givenUp = new CancellationTokenSource();
        try
        {
            var waiting = connector.SendAsync(request, givenUp.Token);
            givenUp.Cancel();
            using var answer = await waiting.ConfigureAwait(false);
        }
        catch (Exception)
        {
        }
    }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig)
    {
        Volatile.Write(ref _isUsed, true);
        return Create();
    }

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public override string? GetConfigUniqueString(IClientConfig clientConfig) => null;

    public void Dispose()
    {
        _client?.Dispose();
        _connections?.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The client disposes its handlers.")]
    private HttpClient CreateClient()
    {
        _connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // A signed request is for the host that it was signed for.
            ActivityHeadersPropagator = null, // A header added after signing.
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = ConnectionLifetime,
            SslOptions = CaBundle.CreateSslOptions(trust),
            UseCookies = false,
        };
        return new HttpClient(HttpLoggingHandler.Around(_connections, logger, timeProvider)) { Timeout = AttemptTimeout };
    }
}
