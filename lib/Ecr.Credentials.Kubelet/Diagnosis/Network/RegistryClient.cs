using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>Sends the doctor's own requests: to the ECR API without signature, to the registry with the plugin's password.</summary>
internal sealed class RegistryClient : IDisposable
{
    private const int MaxLength = 64 * 1024;

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



    public static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    /// <summary>Connects and waits for any answer.</summary>
    /// <returns>Null, or what answered, if it is certainly not AWS.</returns>
    public async Task<string?> ConnectAsync(Uri server, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server);
        using var response = await SendAsync(_client, request, cancellationToken).ConfigureAwait(false);

        // Its API answers with JSON or XML, and always with an id of the request.
        var isAws = response.Headers.Contains("x-amzn-RequestId");
        return isAws ? null
            : response.StatusCode is >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest ? $"the answer is a redirect ({(int)response.StatusCode})"
            : response.Content.Headers.ContentType?.MediaType == "text/html" ? "the answer is a web page"
            : null;
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
    /// <param name="method">The method.</param>
    /// <param name="address">Where it goes.</param>
    /// <param name="authorization">The password, or what it was exchanged for.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The status, the codes of the errors in the answer, such as <c>MANIFEST_UNKNOWN</c>, and the challenge.</returns>
    public async Task<RegistryAnswer> AskRegistryAsync(
        HttpMethod method, Uri address, AuthenticationHeaderValue authorization, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Authorization = authorization;
        request.Headers.Accept.ParseAdd(string.Join(", ", ManifestTypes));
        using var response = await SendAsync(_client, request, cancellationToken).ConfigureAwait(false);
        var challenge = response.Headers.WwwAuthenticate.FirstOrDefault(header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase));
        var body = response.IsSuccessStatusCode || method == HttpMethod.Head ? "" : await ReadTextAsync(response, cancellationToken).ConfigureAwait(false);
        return new RegistryAnswer(response.StatusCode, body, challenge?.Parameter);
    }

    /// <summary>Exchanges a password for a token of the registry: <see href="https://distribution.github.io/distribution/spec/auth/token/"/>.</summary>
    /// <param name="host">The registry, which is the only host that gets the password.</param>
    /// <param name="repository">The repository that is to be read.</param>
    /// <param name="challenge">What the registry said about the exchange.</param>
    /// <param name="password">The password.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The token; null if the registry does not give one.</returns>
    public async Task<AuthenticationHeaderValue?> ExchangeAsync(
        string host, string repository, string challenge, AuthenticationHeaderValue password, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(Field(challenge, "realm"), UriKind.Absolute, out var realm) || realm.Scheme != "https" || realm.Authority != host)
        {
            return null;
        }

        var scope = Uri.EscapeDataString($"repository:{repository}:pull");
        var address = new UriBuilder(realm) { Query = $"service={Uri.EscapeDataString(Field(challenge, "service"))}&scope={scope}" }.Uri;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = password;
        using var response = await SendAsync(_client, request, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(await ReadTextAsync(response, cancellationToken).ConfigureAwait(false));
            var token = document.RootElement.TryGetProperty("token", out var value) || document.RootElement.TryGetProperty("access_token", out value)
                ? value.GetString()
                : null;
            return token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<string> ReadTextAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[MaxLength];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    // Of: realm="https://public.ecr.aws/token/",service="public.ecr.aws",scope="aws"
    private static string Field(string challenge, string name)
    {
        var start = challenge.IndexOf($"{name}=\"", StringComparison.OrdinalIgnoreCase);
        var value = start < 0 ? "" : challenge[(start + name.Length + 2)..];
        return value.IndexOf('"', StringComparison.Ordinal) is var end and >= 0 ? value[..end] : "";
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
