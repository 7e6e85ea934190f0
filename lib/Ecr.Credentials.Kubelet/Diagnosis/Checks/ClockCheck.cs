using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Network;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether this clock and that of AWS agree, before a certificate is judged by it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ClockCheck : NodeCheck
{
    // AWS refuses signatures that are more than five minutes old: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
    private static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(1);

    public override string Id => "clock";

    public override string Title => "clock agrees with AWS";

    public override IReadOnlyList<string> Requires => ["image"];

    public override bool NeedsRunningNode => true;

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        if (context.Registry is null)
        {
            return Skip("the image's host is not one of Amazon ECR");
        }

        DateTimeOffset? date;
        var endpoint = context.ApiEndpoint;
        try
        {
            date = await context.Client.ReadClockAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (NetworkFailure.Includes(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Skip($"no answer from {MessageText.Address(endpoint)}: {NetworkFailure.Explain(exception, context.EnvironmentName).Reason}");
        }

        if (date is not { } theirs)
        {
            return Skip($"{MessageText.Address(endpoint)} does not say what time it is");
        }

        var ahead = context.Options.TimeProvider.GetUtcNow() - theirs;
        var evidence = $"{Describe(ahead.Duration())} {(ahead < TimeSpan.Zero ? "behind" : "ahead of")} AWS";
        const string Remedy = "set the clock and keep it set by NTP: timedatectl set-ntp true";
        return ahead.Duration() >= Tolerated ? Fail(evidence, Remedy)
            : ahead.Duration() >= Usual ? Warn(evidence, Remedy)
            : Ok(evidence);
    }

    private static string Describe(TimeSpan time) =>
        time.TotalDays >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days")
        : time.TotalHours >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} hours")
        : time.TotalMinutes >= 2 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} seconds");
}
