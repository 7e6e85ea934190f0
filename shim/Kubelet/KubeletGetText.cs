using System.Globalization;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>The answer of <c>kubelet get</c> for people.</summary>
internal static class KubeletGetText
{
    public static string Create(CredentialExplanation explanation, bool isExplained, bool showsPasswords)
    {
        var report = new TextReport();
        if (isExplained)
        {
            report.Field("image", MessageText.Name(explanation.Image), indent: 0).Field("asked as", explanation.Repository!, indent: 0).Line();
            foreach (var (index, provider) in explanation.Providers.Index())
            {
                Explain(report, index + 1, provider);
            }
        }

        foreach (var (index, credential) in explanation.Credentials.Index())
        {
            report.Line(string.Create(CultureInfo.InvariantCulture, $"credential {index + 1} of {explanation.Credentials.Count}"))
                .Field("provider", MessageText.Name(credential.Provider))
                .Field("key", MessageText.Name(credential.AuthKey))
                .Field("username", MessageText.Name(credential.Username))
                .Field("password", showsPasswords ? credential.Password : "(hidden; see --show-password)");
        }

        if (!isExplained && explanation.Credentials.Count > 0)
        {
            foreach (var provider in explanation.Providers.Where(provider => provider.Outcome == ProviderOutcome.Failed))
            {
                report.Line().Paragraph(Outcome(provider));
            }
        }

        return report.ToString();
    }

    /// <summary>What a provider that matches the image contributed, in one line.</summary>
    public static string Outcome(ProviderExplanation provider)
    {
        var name = $"provider {MessageText.Quote(provider.Provider)}";
        return provider switch
        {
            { Outcome: ProviderOutcome.Failed, Detail: { } detail } => $"{name} failed: {provider.Error} ({detail})",
            { Outcome: ProviderOutcome.Failed } => $"{name} failed: {provider.Error}",
            { Detail: { } detail } => $"{name} did not run: {detail}",
            { AuthKeys.Count: 0 } => $"{name} returned no credentials",
            _ => $"{name} returned credentials for other images only",
        };
    }

    private static void Explain(TextReport report, int number, ProviderExplanation provider)
    {
        report.Line(string.Create(CultureInfo.InvariantCulture, $"provider {number}: {MessageText.Name(provider.Provider)}"));
        if (provider.MatchedPattern is null)
        {
            report.Field("matched", "no: no entry of matchImages matches the image").Line();
            return;
        }

        report.Field("matched", MessageText.Name(provider.MatchedPattern));
        if (provider.ServiceAccount is { } account)
        {
            report.Field("account", MessageText.Name($"{account.Namespace}/{account.Name}"));
        }

        if (provider.ExecutionTime is { } time)
        {
            report.Field("executed", string.Create(CultureInfo.InvariantCulture, $"in {time.TotalMilliseconds:0} ms"));
        }

        if (provider.Outcome is ProviderOutcome.Executed or ProviderOutcome.Cached or ProviderOutcome.Shared)
        {
            report.Field("answered", provider.AuthKeys.Count == 0 ? "no credentials" : TextReport.Count(provider.AuthKeys.Count, "key"))
                .Field("cached", Cached(provider));
        }
        else
        {
            report.Field(provider.Outcome == ProviderOutcome.Failed ? "failed" : "not run", provider.Error ?? provider.Detail ?? "");
            if (provider is { Error: not null, Detail: { } detail })
            {
                report.Field("because", detail);
            }
        }

        foreach (var key in provider.AuthKeys)
        {
            var meaning = key switch
            {
                { StoredKey: null } => "ignored: not a URL",
                { IsUsed: true } => "matches the image",
                _ => "does not match the image",
            };
            report.Field("key", $"{MessageText.Name(key.Key)} ({meaning})");
        }

        report.Line();
    }

    private static string Cached(ProviderExplanation provider) => provider.CachedFor is not { } duration
        ? "no"
        : $"for {GoDuration.Format(duration)}, " + provider.CacheKeyType switch
        {
            CacheKeyType.Image => "for this image",
            CacheKeyType.Registry => "for all images of the registry",
            _ => "for all images",
        };
}
