using System.Runtime.ExceptionServices;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Aws.Http;

/// <summary>
/// One attempt of a call: bounds its time and its answer, and lets failures that a retry cannot change end the call. The SDK retries any
/// <see cref="HttpRequestException"/> and <see cref="TimeoutException"/>.
/// </summary>
/// <param name="timeout">The timeout of everything up to the end of the answer.</param>
/// <param name="connectTimeout">The timeout of connecting, which <paramref name="inner"/> observes.</param>
/// <param name="timeProvider">The clock of the timeout.</param>
/// <param name="proxy">The proxies that <paramref name="inner"/> uses.</param>
/// <param name="inner">Sends the request.</param>
internal sealed class AttemptHandler(
    TimeSpan timeout, TimeSpan connectTimeout, TimeProvider timeProvider, EnvironmentProxy? proxy, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    // A token of ECR has some kilobytes, credentials have less.
    private const long MaxAnswerLength = 1024 * 1024;

    // Set by the SDK: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    private const string AttemptHeader = "amz-sdk-request";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        proxy?.ThrowIfInvalid(request.RequestUri!);
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, either.Token).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MaxAnswerLength, either.Token).ConfigureAwait(false);
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            response?.Dispose();
            var what = deadline.IsCancellationRequested ? $"no answer within {timeout.TotalSeconds}s" : $"no connection within {connectTimeout.TotalSeconds}s";
            throw new AttemptTimeoutException($"{what}{DescribeAttempts(request)}", e);
        }
        catch (HttpRequestException e) when (ServerCertificateException.Find(e) is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
        catch
        {
            response?.Dispose();
            throw;
        }
    }

    // "attempt=2; max=3"
    private static string DescribeAttempts(HttpRequestMessage request)
    {
        const string Name = "attempt=";
        foreach (var value in request.Headers.NonValidated.TryGetValues(AttemptHeader, out var values) ? values : default)
        {
            foreach (var part in value.Split(';', StringSplitOptions.TrimEntries))
            {
                if (part.StartsWith(Name, StringComparison.Ordinal))
                {
                    return part[Name.Length..] is "1" ? ", 1 attempt" : $", {part[Name.Length..]} attempts";
                }
            }
        }

        return "";
    }
}
