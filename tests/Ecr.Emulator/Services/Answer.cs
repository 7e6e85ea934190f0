using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Ecr.Emulator.Services;

/// <summary>The response to the client.</summary>
internal sealed record Answer(int StatusCode, string ContentType, byte[] Body)
{
    /// <summary>The error code for the request log; null for success.</summary>
    public string? ErrorCode { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the response is truncated.</summary>
    public bool IsTruncated { get; init; }

    public static Answer Text(int statusCode, string contentType, string body, string? errorCode = null) =>
        new(statusCode, contentType, Encoding.UTF8.GetBytes(body)) { ErrorCode = errorCode };

    public async Task WriteAsync(HttpContext context, DateTimeOffset now)
    {
        var response = context.Response;
        response.StatusCode = StatusCode;
        response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
        response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }

        if (Body.Length > 0)
        {
            response.ContentType = ContentType;
        }

        response.ContentLength = Body.Length;
        if (!IsTruncated)
        {
            await response.Body.WriteAsync(Body, context.RequestAborted);
            return;
        }

        await response.Body.WriteAsync(Body.AsMemory(0, Body.Length / 2), context.RequestAborted);
        await response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }
}
