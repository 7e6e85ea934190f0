using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Network;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the ECR API can be reached: DNS, TCP, TLS, proxy.</summary>
[SupportedOSPlatform("linux")]
internal sealed class NetworkCheck : NodeCheck
{
    public override string Id => "network";

    public override string Title => "ECR API can be reached";

    public override IReadOnlyList<string> Requires => ["image"];

    public override IReadOnlyList<string> After => ["clock"];

    public override bool NeedsRunningNode => true;

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        if (context.Registry is null)
        {
            return Skip("the image's host is not one of Amazon ECR");
        }

        var endpoint = context.ApiEndpoint;
        var address = MessageText.Address(endpoint);
        var started = context.Options.TimeProvider.GetTimestamp();
        try
        {
            if (await context.Client.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false) is { } stranger)
            {
                return Fail(
                    $"{address}{Through(context, endpoint)}: {stranger}, which is not from AWS",
                    "log in to the network's portal, or let its proxy pass this host");
            }
        }
        catch (Exception exception) when (NetworkFailure.Includes(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (reason, remedy) = NetworkFailure.Explain(exception, context.EnvironmentName);
            return Fail($"{address}{Through(context, endpoint)}: {reason}", remedy);
        }

        var time = context.Options.TimeProvider.GetElapsedTime(started);
        return Ok(string.Create(CultureInfo.InvariantCulture, $"{address}{Through(context, endpoint)}, {time.TotalSeconds:0.0} s"));
    }

    // The client itself may be what cannot be made.
    private static string Through(DiagnosisContext context, Uri endpoint) =>
        context.ProxyFor(endpoint) is { } proxy ? $" through the proxy {proxy}" : "";
}
