using System.Net.Http.Json;
using System.Text.Json;
using Ecr.Credentials.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Calls the registry's HTTP API, with a client that adds the credentials to its requests.</summary>
internal static class RegistryApi
{
    public static IHttpClientBuilder AddRegistryClient(this IServiceCollection services, Uri registry) =>
        services
            .AddEcrCredentials()
            .AddHttpClient("registry", client => client.BaseAddress = registry)
            .AddHttpMessageHandler<EcrRegistryHandler>();

    public static async Task<string?[]> ListTagsAsync(HttpClient registry, string repository, CancellationToken cancellationToken = default)
    {
        var list = await registry.GetFromJsonAsync<JsonElement>($"v2/{repository}/tags/list", cancellationToken);
        return [.. list.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString())];
    }
}
