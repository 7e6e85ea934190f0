using Ecr.Credentials.Aws;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>The AWS credentials that the plugin would use, or why there are none.</summary>
internal sealed class CredentialFinding
{
    // A pull would not wait much longer.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private CredentialFinding(ResolvedCredentials? credentials, EcrCredentialException? failure)
    {
        Credentials = credentials;
        Failure = failure;
    }

    public ResolvedCredentials? Credentials { get; }

    public EcrCredentialException? Failure { get; }

    public static async Task<CredentialFinding> SearchAsync(
        CredentialInspector inspector, EcrRegistry registry, Func<EcrIdentity> identity, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var progress = new CallProgress();
        using var timeout = new CancellationTokenSource(Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            // The SDK blocks in places without observing the token.
            var search = Task.Run(() => inspector.FindAsync(registry, identity(), progress, either.Token), either.Token);
            return new CredentialFinding(await search.WaitAsync(either.Token).ConfigureAwait(false), null);
        }
        catch (EcrCredentialException failure)
        {
            return new CredentialFinding(null, failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CredentialFinding(null, new EcrCredentialException(EcrCredentialErrorReason.Timeout, $"timed out {progress.WaitingFor}"));
        }
    }
}
