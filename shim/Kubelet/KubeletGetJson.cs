using System.Text.Json;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>The answer of <c>kubelet get</c> as JSON, whose fields stay the same from version to version.</summary>
internal static class KubeletGetJson
{
    public static string Create(CredentialExplanation explanation, bool isExplained, bool showsPasswords) => JsonReport.Create(json =>
    {
        json.WriteString("image", explanation.Image);
        if (isExplained)
        {
            json.WriteString("repository", explanation.Repository);
        }

        json.WriteStartArray("credentials");
        foreach (var credential in explanation.Credentials)
        {
            json.WriteStartObject();
            json.WriteString("provider", credential.Provider);
            json.WriteString("key", credential.AuthKey);
            json.WriteString("username", credential.Username);
            if (showsPasswords)
            {
                json.WriteString("password", credential.Password);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("providers");
        foreach (var provider in explanation.Providers)
        {
            Write(json, provider, isExplained);
        }

        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, ProviderExplanation provider, bool isExplained)
    {
        json.WriteStartObject();
        json.WriteString("name", provider.Provider);
        json.WriteString("pattern", provider.MatchedPattern);
        json.WriteString("result", provider.Outcome switch
        {
            ProviderOutcome.NotMatched => "notMatched",
            ProviderOutcome.Failed => "error",
            _ => provider.AuthKeys.Count > 0 ? "credentials" : "none",
        });
        json.WriteString("error", provider.Error);
        json.WriteString("cacheKeyType", provider.CacheKeyType?.ToString());
        json.WriteString("cacheDuration", provider.CachedFor is { } duration ? GoDuration.Format(duration) : null);
        if (provider.ExecutionTime is { } time)
        {
            json.WriteNumber("durationMs", (long)time.TotalMilliseconds);
        }
        else
        {
            json.WriteNull("durationMs");
        }

        if (isExplained)
        {
            json.WriteString("detail", provider.Detail);
            json.WriteStartArray("keys");
            foreach (var key in provider.AuthKeys)
            {
                json.WriteStartObject();
                json.WriteString("key", key.Key);
                json.WriteString("storedKey", key.StoredKey);
                json.WriteString("username", key.Username);
                json.WriteBoolean("isUsed", key.IsUsed);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
