using Microsoft.AspNetCore.Http;

namespace Ecr.Credentials.Tests.Http;

/// <summary>What a <see cref="LoopbackRegistry"/> got.</summary>
internal sealed record ReceivedRequest(string Method, string Host, string Path, string? Authorization, string Body)
{
    public static async Task<ReceivedRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var authorization = request.Headers.Authorization.Count == 0 ? null : request.Headers.Authorization.ToString();
        return new ReceivedRequest(request.Method, request.Host.Value ?? "", request.Path, authorization, body);
    }
}
