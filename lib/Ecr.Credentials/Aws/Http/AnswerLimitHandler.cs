namespace Ecr.Credentials.Aws.Http;

/// <summary>Reads the content of answers as a whole, up to 1 MiB.</summary>
/// <remarks>The SDK would read it without limit, and after the timeout of the attempt has ended.</remarks>
internal sealed class AnswerLimitHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // Answers of the services are a few kilobytes.
    private const int MaxLength = 1 << 20;

    /// <exception cref="HttpRequestException">The content is larger, or the connection broke.</exception>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxLength, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
