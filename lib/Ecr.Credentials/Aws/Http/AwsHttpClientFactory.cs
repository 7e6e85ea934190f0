using System.Diagnostics.CodeAnalysis;
using System.Net;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Text;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Provides the SDK with one HTTP client, with timeouts that leave room for three attempts within the kubelet's minute.</summary>
/// <param name="logger">Receives a line for each attempt.</param>
/// <param name="timeProvider">The clock of measured durations.</param>
/// <param name="trustStore">Decides which servers are trusted; .NET if <see langword="null"/>.</param>
/// <param name="environment">The environment, which may name proxies; that of the process if <see langword="null"/>.</param>
/// <param name="profileBundle">The path of a profile's CA bundle, which overrides <paramref name="trustStore"/>.</param>
/// <param name="profileSource">The profile, for diagnostics.</param>
internal sealed class AwsHttpClientFactory(
    ILogger logger,
    TimeProvider timeProvider,
    LazyTrustStore? trustStore = null,
    Func<string, string?>? environment = null,
    string? profileBundle = null,
    string? profileSource = null)
    : HttpClientFactory, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(12);

    // A long-running host must notice when the endpoint's name resolves to other addresses.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly Func<string, string?> _environment = environment ?? AwsEnvironment.Get;
    private readonly Lock _creation = new();
    private readonly Dictionary<string, AwsHttpClientFactory> _byBundle = [];
    private EnvironmentProxy? _proxy;
    private SocketsHttpHandler? _connections;
    private HttpClient? _client;
    private bool _isUsed;

    /// <summary>The factory whose client trusts the authorities that the settings name.</summary>
    public AwsHttpClientFactory For(AwsSettings settings)
    {
        if (settings.ProfileCaBundle is not { } bundle || bundle == profileBundle)
        {
            return this;
        }

        lock (_creation)
        {
            if (!_byBundle.TryGetValue(bundle, out var factory))
            {
                _byBundle[bundle] = factory = new AwsHttpClientFactory(logger, timeProvider, trustStore, _environment, bundle, settings.ProfileSource);
            }

            return factory;
        }
    }

    /// <summary>Returns the client, created on first use.</summary>
    /// <exception cref="EcrCredentialException">The CA bundle is invalid.</exception>
    public HttpClient Create()
    {
        lock (_creation)
        {
            return _client ??= CreateClient();
        }
    }

    /// <summary>Starts connecting to the server of the first call while credentials are still being resolved, which saves a round trip.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The call itself reports the failure.")]
    [SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before they are disposed", Justification = "It is awaited.")]
    [SuppressMessage(
        "Performance", "CA1849:Call async methods when in an async method", Justification = "The request must be canceled before there is a connection.")]
    public async Task ConnectAsync(Uri server)
    {
        Create();
        if (_proxy?.Find(server)?.Error is not null || Interlocked.Exchange(ref _isUsed, true))
        {
            return;
        }

        // .NET hands the connection of a request that is canceled while it waits for it to the next request to that server.
        using var request = new HttpRequestMessage(HttpMethod.Head, server);
        using var connector = new HttpMessageInvoker(_connections!, disposeHandler: false);
        using var canceled = new CancellationTokenSource();
        try
        {
            var waiting = connector.SendAsync(request, canceled.Token);
            canceled.Cancel();
            using var answer = await waiting.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Canceled, as intended, or failed, which the call itself reports.
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
        foreach (var factory in _byBundle.Values)
        {
            factory.Dispose();
        }

        _client?.Dispose();
        _connections?.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The client disposes its handlers.")]
    private HttpClient CreateClient()
    {
        _proxy = EnvironmentProxy.Read(_environment);
        var proxy = (IWebProxy?)_proxy ?? (environment is null ? FindSystemProxy() : null);
        _connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // A signature is valid for one host.
            ActivityHeadersPropagator = null, // It would add a header after signing.
            ConnectCallback = new RacingConnector(timeProvider).ConnectAsync,
            ConnectTimeout = ConnectTimeout,
            PlaintextStreamFilter = SingleSendStream.FilterAsync,
            PooledConnectionLifetime = ConnectionLifetime,
            Proxy = proxy,
            SslOptions = CaBundle.CreateSslOptions(trustStore, timeProvider, profileBundle),
            UseCookies = false,
            UseProxy = proxy is not null,
        };
        if (CaBundle.Find(profileBundle) is var (bundle, source))
        {
            SettingsLog.SettingInEffect(logger, new SettingInEffect("CA bundle", MessageText.Quote(bundle), profileSource ?? source));
        }

        var logged = HttpLoggingHandler.Around(_connections, logger, timeProvider, _proxy);
        return new HttpClient(new AttemptHandler(AttemptTimeout, ConnectTimeout, timeProvider, _proxy, logged)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    // The settings of Windows and macOS, or what the program has set. On Linux .NET also reads ALL_PROXY, which is not in Go's rules.
    private DirectHostsBypass? FindSystemProxy() =>
        (_environment("ALL_PROXY") ?? _environment("all_proxy")) is null ? new DirectHostsBypass(HttpClient.DefaultProxy) : null;
}
