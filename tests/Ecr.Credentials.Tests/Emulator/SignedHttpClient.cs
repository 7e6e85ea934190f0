using System.Net.Http.Headers;
using System.Text;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Signing;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

/// <summary>Calls AWS operations as a client would; the AWS SDK signs, so that two implementations of SigV4 must agree.</summary>
internal sealed class SignedHttpClient(HttpClient http, EmulatedCredentials credentials) : IDisposable
{
    public const string EcrTarget = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken";
    public const string EcrPublicTarget = "SpencerFrontendService.GetAuthorizationToken";

    public SignedHttpClient(AwsEmulator emulator)
        : this(new HttpClient { BaseAddress = emulator.Address }, emulator.StaticCredentials)
    {
    }

    public Task<HttpResponseMessage> GetTokenAsync(string region = "eu-west-1", string body = "{}") => SendJsonAsync(EcrTarget, "ecr", region, body);

    public Task<HttpResponseMessage> GetPublicTokenAsync(string region = "us-east-1") => SendJsonAsync(EcrPublicTarget, "ecr-public", region, "{}");

    public Task<HttpResponseMessage> SendJsonAsync(string target, string service, string region, string body) =>
        SendAsync(CreateRequest(target, body), service, region);

    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string service, string region, DateTime? signedAt = null)
    {
        await SignAsync(request, service, region, signedAt).ConfigureAwait(false);
        return await http.SendAsync(request).ConfigureAwait(false);
    }

    public void Dispose() => http.Dispose();

    public static HttpRequestMessage CreateRequest(string target, string body = "{}")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", target);
        return request;
    }

    public async Task SignAsync(HttpRequestMessage request, string service, string region, DateTime? signedAt = null)
    {
        request.RequestUri = new Uri(http.BaseAddress!, request.RequestUri!);
        var toSign = new AWSSigningRequest
        {
            HttpMethod = request.Method,
            RequestUri = request.RequestUri,
            Content = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync().ConfigureAwait(false),
        };
        foreach (var header in request.Headers.Concat(request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()))
        {
            toSign.Headers[header.Key] = string.Join(",", header.Value);
        }

        var result = AWSSigV4Signer.Sign(toSign, new AWSSigV4Parameters
        {
            Credentials = credentials.SessionToken is { } token
                ? new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, token)
                : new BasicAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey),
            Region = RegionEndpoint.GetBySystemName(region),
            Service = service,
            SignedAt = signedAt,
        });
        foreach (var header in result.Headers)
        {
            request.Headers.Remove(header.Key);
            request.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }
}
