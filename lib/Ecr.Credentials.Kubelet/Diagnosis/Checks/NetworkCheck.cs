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
            await context.Client.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (NetworkFailure.Includes(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (reason, remedy) = NetworkFailure.Explain(exception);
            return Fail($"{address}: {reason}", remedy);
        }

        var time = context.Options.TimeProvider.GetElapsedTime(started);
        var proxy = context.Client.ProxyFor(endpoint) is { } server ? $"through the proxy {MessageText.Address(server)}" : "no proxy";
        return Ok(string.Create(CultureInfo.InvariantCulture, $"{address}, {proxy}, {time.TotalSeconds:0.0} s"));
    }
}
