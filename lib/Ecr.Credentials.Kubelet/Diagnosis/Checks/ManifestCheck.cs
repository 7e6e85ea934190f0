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
        try
        {
            var authorization = RegistryClient.Basic(context.Credential!.Username, context.Credential.Password);
            var answer = await AskAsync(HttpMethod.Get, new Uri($"https://{host}/v2/")).ConfigureAwait(false);
            if (answer is { Status: HttpStatusCode.Unauthorized, Challenge: { } challenge }
                && await context.Client.ExchangeAsync(host, repository, challenge, authorization, cancellationToken).ConfigureAwait(false) is { } token)
            {
                authorization = token;
                answer = await AskAsync(HttpMethod.Get, new Uri($"https://{host}/v2/")).ConfigureAwait(false);
            }

            if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return Fail(
                    $"{host} rejected the password ({(int)answer.Status})",
                    "remove cached passwords of the plugin, and check that the host is the registry that the password is for");
            }

            var manifest = new Uri($"https://{host}/v2/{repository}/manifests/{(reference.Digest.Length > 0 ? reference.Digest : reference.Tag)}");
            answer = await AskAsync(HttpMethod.Head, manifest).ConfigureAwait(false);

            // Only the answer to GET says what is missing.
            answer = answer.Status == HttpStatusCode.OK ? answer : await AskAsync(HttpMethod.Get, manifest).ConfigureAwait(false);
            return Judge(context, answer.Status, answer.Body, repository);

            Task<RegistryAnswer> AskAsync(HttpMethod method, Uri address) =>
                context.Client.AskRegistryAsync(method, address, authorization, cancellationToken);
        }
        catch (Exception exception) when (NetworkFailure.Includes(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (reason, remedy) = NetworkFailure.Explain(exception, context.EnvironmentName);
            return Fail($"{host}: {reason}", remedy);
        }
    }

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
