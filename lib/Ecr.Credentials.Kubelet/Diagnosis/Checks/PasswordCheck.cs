using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the plugin, run as the kubelet runs it, returns a password for the image.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PasswordCheck : NodeCheck
{
    private const string Prefix = ": ecr-credential-provider: ";

    // A pull waits for it.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(10);

    private static readonly (string Text, string Remedy)[] Remedies =
    [
        ("ecr-public:GetAuthorizationToken", "allow ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken in an IAM policy of the identity"),
        ("GetAuthorizationToken", "allow ecr:GetAuthorizationToken on \"*\" in an IAM policy of the identity"),
        ("AccessDenied", "allow ecr:GetAuthorizationToken on \"*\" in an IAM policy of the identity"),
        ("no AWS credentials", "attach an instance role, or set AWS credentials in {environment}"),
        ("clock", "set the clock and keep it set by NTP: timedatectl set-ntp true"),
        ("cannot reach", "check network, proxy (HTTPS_PROXY) and endpoint in {environment}"),
        ("exec format error", "install the executable for the architecture of the node"),
        ("timed out", "check the network, and the hop limit of the instance metadata if the node is in a container"),
    ];

    public override string Id => "password";

    public override string Title => "plugin returns a password";

    public override IReadOnlyList<string> Requires => ["executable", "configuration", "image"];

    public override IReadOnlyList<string> After => ["clock", "network"];

    public override bool NeedsRunningNode => true;

    /// <summary>What to do about what the executable reports; null if that is not known.</summary>
    public static string? FindRemedy(string reason, string environment) =>
        Array.Find(Remedies, entry => reason.Contains(entry.Text, StringComparison.OrdinalIgnoreCase)).Remedy?
            .Replace("{environment}", environment, StringComparison.Ordinal);

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        var layout = context.Layout!;
        var options = new KubeletCredentialsOptions { Environment = layout.Environment, TimeProvider = context.Options.TimeProvider };
        using var kubelet = new KubeletCredentials([context.Provider!], context.HostPath(layout.BinDirectory), options);
        var explanation = await kubelet.ExplainAsync(context.Options.Image!, cancellationToken: cancellationToken).ConfigureAwait(false);
        var provider = explanation.Providers.Count > 0 ? explanation.Providers[0] : null;
        if (provider?.Error is { } error)
        {
            var reason = error.LastIndexOf(Prefix, StringComparison.Ordinal) is var start and >= 0 ? error[(start + Prefix.Length)..] : error;
            return Fail(
                MessageText.OneLine(reason),
                FindRemedy(reason, context.EnvironmentName) ?? "mend what the plugin reports; its options are set under args, its variables under env");
        }

        if (provider?.Outcome is ProviderOutcome.ServiceAccountMissing or ProviderOutcome.AnnotationMissing)
        {
            return Skip("the provider requires a pod's service account");
        }

        if (explanation.Credentials.Count == 0)
        {
            return Fail("the plugin returned no password for the image", "check that the provider's executable is ecr-credential-provider, and its args");
        }

        context.Credential = explanation.Credentials[0];
        var time = provider?.ExecutionTime ?? TimeSpan.Zero;
        var cached = provider?.CachedFor is { } duration ? $", cached for {GoDuration.Format(TimeSpan.FromSeconds((long)duration.TotalSeconds))}" : "";
        var evidence = string.Create(CultureInfo.InvariantCulture, $"a password in {time.TotalSeconds:0.0} s{cached} (not shown)");
        return time >= Slow ? Warn(evidence, "check the network: each pull waits as long") : Ok(evidence);
    }
}
