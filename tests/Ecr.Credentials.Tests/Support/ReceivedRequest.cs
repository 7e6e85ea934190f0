using Microsoft.AspNetCore.Http;

namespace Ecr.Credentials.Tests.Support;

/// <summary>A request that a <see cref="LoopbackServer"/> received.</summary>
internal sealed record ReceivedRequest(string Method, string Host, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public static async Task<ReceivedRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new ReceivedRequest(request.Method, request.Host.Value ?? "", request.Path, request.QueryString.ToString(), headers, body);
    }
}
