using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Nodes.Records;

/// <summary>What the kubelet reads in a configuration, whatever its comments, order of fields and layout.</summary>
internal static class ConfigurationMeaning
{
    /// <summary>A hash; null if the kubelet cannot read the configuration.</summary>
    public static string? HashOf(ReadOnlySpan<byte> content)
    {
        if (!CredentialProviderConfig.TryParse(content, "", out var config, out _))
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var provider in config.Providers)
        {
            Add(provider.Name);
            AddAll(provider.MatchImages);
            Add(provider.DefaultCacheDuration?.Ticks.ToString(CultureInfo.InvariantCulture));
            Add(provider.ApiVersion);
            AddAll(provider.Arguments);
            AddAll([.. provider.Environment.SelectMany(variable => new[] { variable.Name, variable.Value })]);
            Add(provider.TokenAttributes?.ServiceAccountTokenAudience);
            Add(provider.TokenAttributes?.CacheType);
            Add(provider.TokenAttributes?.RequireServiceAccount?.ToString());
            AddAll(provider.TokenAttributes?.RequiredServiceAccountAnnotationKeys ?? []);
            AddAll(provider.TokenAttributes?.OptionalServiceAccountAnnotationKeys ?? []);
        }

        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))}";

        void AddAll(IReadOnlyList<string> values)
        {
            Add(values.Count.ToString(CultureInfo.InvariantCulture));
            foreach (var value in values)
            {
                Add(value);
            }
        }

        // The length keeps apart what is next to each other.
        void Add(string? value) => text.Append(CultureInfo.InvariantCulture, $"{value?.Length ?? -1}:{value};");
    }
}
