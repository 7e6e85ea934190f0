using System.Text.Json;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>Makes providers of the vectors' JSON, which are the fields of a configuration.</summary>
internal static class ProviderReader
{
    public static CredentialProvider Read(JsonElement json) => new()
    {
        Name = json.Text("name"),
        MatchImages = [.. json.Texts("matchImages")],
        DefaultCacheDuration = GoDuration.Parse(json.Text("defaultCacheDuration")),
        ApiVersion = json.Text("apiVersion"),
        Arguments = [.. json.Texts("args")],
        Environment = [.. json.Items("env").Select(variable => new ExecEnvironmentVariable(variable.Text("name"), variable.Text("value")))],
        TokenAttributes = json.TryGetProperty("tokenAttributes", out var attributes)
            ? new ServiceAccountTokenAttributes
            {
                ServiceAccountTokenAudience = attributes.Text("serviceAccountTokenAudience"),
                CacheType = attributes.Text("cacheType"),
                RequireServiceAccount = attributes.GetProperty("requireServiceAccount").GetBoolean(),
                RequiredServiceAccountAnnotationKeys = [.. attributes.Texts("requiredServiceAccountAnnotationKeys")],
                OptionalServiceAccountAnnotationKeys = [.. attributes.Texts("optionalServiceAccountAnnotationKeys")],
            }
            : null,
    };
}
