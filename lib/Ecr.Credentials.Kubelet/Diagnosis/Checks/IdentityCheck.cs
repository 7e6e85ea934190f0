using System.Runtime.Versioning;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Which AWS credentials the plugin finds, and whose they are.</summary>
[SupportedOSPlatform("linux")]
internal sealed class IdentityCheck : NodeCheck
{
    /// <summary>Why nothing is tried for a plugin that is a script.</summary>
    public const string OfScript = "the plugin is a script, which may find AWS credentials of its own";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public override string Id => "identity";

    public override string Title => "AWS credentials found";

    public override IReadOnlyList<string> Requires => ["image"];

    public override IReadOnlyList<string> After => ["clock", "network", "metadata"];

    public override bool NeedsRunningNode => true;

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        if (context.Registry is null)
        {
            return Skip("the image's host is not one of Amazon ECR");
        }

        if (context.IsPluginScript)
        {
            return Skip(OfScript);
        }

        if (context.Provider?.TokenAttributes is { RequireServiceAccount: true })
        {
            return Skip("the plugin uses the role of a pod's service account");
        }

        var finding = await context.FindCredentialsAsync(cancellationToken).ConfigureAwait(false);
        if (finding.Credentials is not { } credentials)
        {
            return Fail(MessageText.OneLine(finding.Failure!.Message), RemedyFor(finding.Failure, context.EnvironmentName));
        }

        using var timeout = new CancellationTokenSource(Timeout, context.Options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var arn = await Task.Run(() => context.Inspector.GetArnAsync(credentials, context.Registry, context.Identity, either.Token), either.Token)
                .WaitAsync(either.Token).ConfigureAwait(false);
            return Ok(MessageText.OneLine($"{arn}, {credentials}"));
        }
        catch (EcrCredentialException failure) when (failure.Reason == EcrCredentialErrorReason.AwsCredentialsRejected)
        {
            return Fail(MessageText.OneLine($"{credentials}: {failure.Message}"), RemedyFor(failure, context.EnvironmentName));
        }
        catch (EcrCredentialException failure)
        {
            // A pull does not require STS, which a private network may not have.
            return Ok(MessageText.OneLine($"{credentials}; whose it is, is not known: {failure.Message}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Ok(MessageText.OneLine($"{credentials}; whose it is, is not known: STS timed out"));
        }
    }

    private static string RemedyFor(EcrCredentialException failure, string environment) => failure.Reason switch
    {
        EcrCredentialErrorReason.NoAwsCredentials => $"attach an instance role, or set AWS credentials in {environment}",
        EcrCredentialErrorReason.AwsCredentialsRejected => "renew the AWS credentials where they were found, and restart what has read them",
        EcrCredentialErrorReason.AccessDenied => "correct the trust policy of the role, and the policy of the AWS credentials that assume it",
        EcrCredentialErrorReason.Timeout or EcrCredentialErrorReason.Unreachable =>
            $"check the network to the service that provides AWS credentials, and HTTPS_PROXY in {environment}",
        _ => $"correct the AWS configuration in {environment}, and the AWS files of its user",
    };
}
