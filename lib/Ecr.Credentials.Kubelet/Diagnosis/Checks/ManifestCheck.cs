using System.Net;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Network;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the registry accepts the password, and the image is there and may be read.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ManifestCheck : NodeCheck
{
    public override string Id => "manifest";

    public override string Title => "registry accepts the password, image can be read";

    public override IReadOnlyList<string> Requires => ["password"];

    public override bool NeedsRunningNode => true;

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        var reference = context.Reference!;
        var slash = reference.Repository.IndexOf('/', StringComparison.Ordinal);
        var (host, repository) = (reference.Repository[..slash], reference.Repository[(slash + 1)..]);
        if (context.Registry is { IsPublic: true })
        {
            return Skip("ECR Public exchanges the password for a token of its own first");
        }

        try
        {
            var status = await AskAsync(context, HttpMethod.Get, new Uri($"https://{host}/v2/"), cancellationToken).ConfigureAwait(false);
            if (status.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return Fail(
                    $"{host} rejected the password ({(int)status.Status})",
                    "remove cached passwords of the plugin, and check that the host is the registry that the password is for");
            }

            var manifest = new Uri($"https://{host}/v2/{repository}/manifests/{(reference.Digest.Length > 0 ? reference.Digest : reference.Tag)}");
            var answer = await AskAsync(context, HttpMethod.Head, manifest, cancellationToken).ConfigureAwait(false);

            // Only the answer to GET says what is missing.
            answer = answer.Status == HttpStatusCode.OK
                ? answer
                : await AskAsync(context, HttpMethod.Get, manifest, cancellationToken).ConfigureAwait(false);
            return Judge(context, answer.Status, answer.Body, repository);
        }
        catch (Exception exception) when (NetworkFailure.Includes(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (reason, remedy) = NetworkFailure.Explain(exception);
            return Fail($"{host}: {reason}", remedy);
        }
    }

    private static Task<(HttpStatusCode Status, string Body)> AskAsync(
        DiagnosisContext context, HttpMethod method, Uri address, CancellationToken cancellationToken) =>
        context.Client.AskRegistryAsync(method, address, context.Credential!.Username, context.Credential.Password, cancellationToken);

    private DiagnosisCheck Judge(DiagnosisContext context, HttpStatusCode status, string body, string repository)
    {
        var reference = context.Reference!;
        var version = reference.Digest.Length > 0 ? $"digest {MessageText.Quote(reference.Digest)}" : $"tag {MessageText.Quote(reference.Tag)}";
        switch (status)
        {
            case HttpStatusCode.OK:
                return Ok($"{version} found");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return Fail(
                    $"no permission to read the repository {MessageText.Quote(repository)} ({(int)status})",
                    "allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer on it in the identity's policy, for another account in the repository's too");
            case HttpStatusCode.NotFound when body.Contains("NAME_UNKNOWN", StringComparison.Ordinal):
                return Fail(
                    $"the registry has no repository {MessageText.Quote(repository)}",
                    $"correct the image's name, account ({context.Registry?.AccountId}) or region ({context.Registry?.Region})");
            case HttpStatusCode.NotFound:
                return Fail($"the repository {MessageText.Quote(repository)} has no {version}", "correct the tag, or push the image");
            case HttpStatusCode.TooManyRequests:
                return Warn("the registry is throttling requests (429)", "try again later");
            default:
                return Warn($"the registry answered {(int)status}", "try again later; see the AWS Health Dashboard if it stays");
        }
    }
}
