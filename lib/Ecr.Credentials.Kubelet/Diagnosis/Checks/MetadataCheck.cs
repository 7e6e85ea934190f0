using System.Net;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Network;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the instance metadata service answers the plugin, if that is where it looks for AWS credentials.</summary>
[SupportedOSPlatform("linux")]
internal sealed class MetadataCheck : NodeCheck
{
    private const string Modify = "aws ec2 modify-instance-metadata-options --instance-id ID";

    public override string Id => "metadata";

    public override string Title => "instance metadata answers";

    public override IReadOnlyList<string> Requires => ["image"];

    public override IReadOnlyList<string> After => ["clock"];

    public override bool NeedsRunningNode => true;

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        if (context.Registry is null)
        {
            return Skip("the image's host is not one of Amazon ECR");
        }

        if (context.IsPluginScript)
        {
            return Skip(IdentityCheck.OfScript);
        }

        if (context.Inspector.IsInstanceMetadataDisabled)
        {
            return Ok("not used: switched off by AWS_EC2_METADATA_DISABLED");
        }

        var finding = await context.FindCredentialsAsync(cancellationToken).ConfigureAwait(false);
        if (finding.Credentials is { } credentials)
        {
            return credentials.Origin.Contains("the instance's role", StringComparison.Ordinal)
                ? Ok($"gave {credentials.Origin}")
                : Ok("not needed: AWS credentials were found without it");
        }

        return finding.Failure!.Reason is EcrCredentialErrorReason.NoAwsCredentials
            ? Judge(context, await MetadataProbe.RunAsync(Endpoint(context), context.Options.TimeProvider, cancellationToken).ConfigureAwait(false))
            : Ok("not asked: other AWS credentials are configured");
    }

    private static Uri Endpoint(DiagnosisContext context) => context.Inspector.GetInstanceMetadataEndpoint(context.Identity);

    private DiagnosisCheck Judge(DiagnosisContext context, MetadataAnswer answer)
    {
        var address = MessageText.Address(Endpoint(context));
        return answer switch
        {
            // Answers to the request for a token, and only these, are sent with few hops to live:
            // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
            { IsConnected: true, Status: null } => Fail(
                $"{address} accepts connections, but its answer with the session token does not arrive: the hop limit is too low for a container",
                $"run \"{Modify} --http-put-response-hop-limit 2\""),
            { Status: null } => Skip($"nothing answers at {address}: not an EC2 instance, or a firewall blocks it"),
            { Status: HttpStatusCode.Forbidden } => Fail($"{address} is disabled for this instance (403)", $"run \"{Modify} --http-endpoint enabled\""),
            _ => Ok($"{address} answers; it has no AWS credentials"),
        };
    }
}
