using System.Net;
using Amazon.Runtime;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>
/// Every service of AWS, which answers with the input: the status, headers, an empty line, the body. What cannot be a header is left out.
/// </summary>
internal sealed class CannedServices : HttpClientFactory, IDisposable
{
    private readonly Handler _handler = new();
    private readonly HttpClient _client;

    public CannedServices() => _client = new HttpClient(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public void Answer(ReadOnlySpan<char> input) => _handler.Input = input.ToString();

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }

    private sealed class Handler : HttpMessageHandler
    {
        public string Input { get; set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var headEnd = Input.IndexOf("\n\n", StringComparison.Ordinal);
            var head = headEnd < 0 ? "" : Input[..headEnd];
            var lines = head.Split('\n');
            var body = FuzzText.Encode(headEnd < 0 ? Input : Input.AsSpan(headEnd + 2));
            var response = new HttpResponseMessage
            {
                StatusCode = int.TryParse(lines[0], out var status) && status is >= 200 and < 600 ? (HttpStatusCode)status : HttpStatusCode.OK,
                Content = new ByteArrayContent(body),
                RequestMessage = request,
            };
            foreach (var line in lines.Skip(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                var (name, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..].Trim());
                _ = response.Headers.TryAddWithoutValidation(name, value) || response.Content.Headers.TryAddWithoutValidation(name, value);
            }

            return Task.FromResult(response);
        }
    }
}
