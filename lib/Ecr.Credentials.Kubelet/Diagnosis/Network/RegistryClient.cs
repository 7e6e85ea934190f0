using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>Sends the doctor's own requests: to the ECR API without signature, to the registry with the plugin's password.</summary>
internal sealed class RegistryClient : IDisposable
{
    private const int MaxErrorLength = 64 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly DoctorOptions _options;
    private readonly EnvironmentProxy? _proxy;
    private readonly HttpClient _client;

    /// <exception cref="EcrCredentialException">The CA bundle that the environment names is invalid.</exception>
    public RegistryClient(DoctorOptions options, IReadOnlyDictionary<string, string> environment)
    {
        _options = options;
        string? Read(string variable) => environment.TryGetValue(variable, out var value) && value.Length > 0 ? value : null;
        _proxy = EnvironmentProxy.Read(Read);
        _client = Create(CaBundle.CreateSslOptions(options.TrustStore, options.TimeProvider, Read("AWS_CA_BUNDLE")));
    }

    public Uri? ProxyFor(Uri server) => _proxy?.GetProxy(server);

    /// <summary>Connects and waits for any answer.</summary>
    public async Task ConnectAsync(Uri server, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server);
        using var response = await SendAsync(_client, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What time a server says it is; null if it does not.</summary>
    [SuppressMessage("Security", "CA5359:Do Not Disable Certificate Validation", Justification = "Nothing is sent, and only the time is read.")]
    public async Task<DateTimeOffset?> ReadClockAsync(Uri server, CancellationToken cancellationToken)
    {
        // By a wrong clock no certificate is valid, and that is what is to be found out.
        using var client = Create(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true });
        using var request = new HttpRequestMessage(HttpMethod.Get, server);
        using var response = await SendAsync(client, request, cancellationToken).ConfigureAwait(false);
        return response.Headers.Date;
    }

    /// <summary>Sends a request to a registry with a password, which is never sent without TLS.</summary>
    /// <returns>The status and the codes of the errors in the answer, such as <c>MANIFEST_UNKNOWN</c>.</returns>
    public async Task<(HttpStatusCode Status, string Body)> AskRegistryAsync(
        HttpMethod method, Uri address, string username, string password, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
        request.Headers.Accept.ParseAdd(string.Join(", ", ManifestTypes));
        using var response = await SendAsync(_client, request, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || method == HttpMethod.Head)
        {
            return (response.StatusCode, "");
        }

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[MaxErrorLength];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return (response.StatusCode, Encoding.UTF8.GetString(buffer, 0, length));
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _proxy?.ThrowIfInvalid(request.RequestUri!);
        using var timeout = new CancellationTokenSource(Timeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The client disposes it.")]
    private HttpClient Create(SslClientAuthenticationOptions ssl)
    {
        if (_options.Handler is { } handler)
        {
            return new HttpClient(handler, disposeHandler: false);
        }

        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // The password is for one host.
            ConnectTimeout = ConnectTimeout,
            Proxy = _proxy,
            UseProxy = _proxy is not null,
            SslOptions = ssl,
            UseCookies = false,
        });
    }
}
