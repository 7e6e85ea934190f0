using System.Text;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>The difference of two configurations without the values of variables.</summary>
internal static class ConfigurationDiff
{
    private const string Mask = "***";

    // Shorter values, such as "true", are found in other places, and are not secrets.
    private const int MinSecretLength = 8;

    /// <summary>The hunks with every value masked.</summary>
    public static string Hunks(string? before, string? after)
    {
        try
        {
            var secrets = SecretsOf(before).Concat(SecretsOf(after)).Distinct().OrderByDescending(secret => secret.Length).ToArray();
            var hunks = UnifiedDiff.Hunks(MaskValues(before, secrets), MaskValues(after, secrets));
            return hunks.Length > 0 || before == after ? hunks : "(values of env change; they are not shown)\n";
        }
        catch (CredentialProviderConfigException)
        {
            return "(the change is not shown, because the values of env cannot be masked in this form)\n";
        }
    }

    private static IEnumerable<string> SecretsOf(string? text) =>
        text is null ? [] : Parse(text).Providers.SelectMany(provider => provider.Environment).Select(variable => variable.Value)
            .Where(value => value.Length >= MinSecretLength);

    private static string MaskValues(string? text, string[] secrets)
    {
        if (text is null)
        {
            return "";
        }

        foreach (var provider in Parse(text).Providers.Where(provider => provider.Environment.Any(variable => variable.Value.Length > 0)))
        {
            text = CredentialProviderConfigEditor.Set(text, new CredentialProvider
            {
                Name = provider.Name,
                MatchImages = provider.MatchImages,
                DefaultCacheDuration = provider.DefaultCacheDuration,
                ApiVersion = provider.ApiVersion,
                Arguments = provider.Arguments,
                Environment =
                    [.. provider.Environment.Select(variable => new ExecEnvironmentVariable(variable.Name, variable.Value.Length == 0 ? "" : Mask))],
                TokenAttributes = provider.TokenAttributes,
            });
        }

        // A comment may repeat a value.
        return secrets.Aggregate(text, (masked, secret) => masked.Replace(secret, Mask, StringComparison.Ordinal));
    }

    private static CredentialProviderConfig Parse(string text) => CredentialProviderConfig.Parse(Encoding.UTF8.GetBytes(text), "configuration");
}
