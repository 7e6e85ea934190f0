using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the kubelet asks the plugin about the image.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ImageCheck : NodeCheck
{
    public override string Id => "image";

    public override string Title => "a pattern matches the image";

    public override IReadOnlyList<string> Requires => ["configuration"];

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private DiagnosisCheck Run(DiagnosisContext context)
    {
        if (context.Options.Image is not { } image)
        {
            return Skip("no image was named");
        }

        if (!ImageReference.TryParse(image, out var reference, out var error))
        {
            return Fail(
                $"{MessageText.Quote(image)} is not the name of an image: {MessageText.OneLine(error)}",
                "name it as the pod does: HOST/REPOSITORY:TAG, without a scheme");
        }

        context.Reference = reference;
        var registries = new EcrRegistryResolver(context.PluginOptions, NullLogger.Instance, static _ => default);
        context.Registry = registries.TryResolveNamed(reference.Repository, out var registry, out var registryError) ? registry : null;
        var provider = context.Provider!;
        var matching = provider.MatchImages.FirstOrDefault(text => ImagePattern.TryParse(text, out var pattern) && pattern.IsMatch(reference.Repository));
        if (matching is not null)
        {
            return Ok($"matched by \"{matching}\"");
        }

        var suggestion = ImagePattern.ForEcr.FirstOrDefault(pattern => pattern.IsMatch(reference.Repository))?.ToString();
        if (suggestion is null)
        {
            return Fail(
                $"no pattern of \"{provider.Name}\" matches {MessageText.Quote(reference.Repository)}, which is not in Amazon ECR: {registryError}",
                "correct the host of the image");
        }

        var nearest = NearestPattern.Find(provider.MatchImages, reference.Repository);
        var evidence = $"no pattern of \"{provider.Name}\" matches {MessageText.Quote(reference.Repository)}";
        return Fail(
            nearest is var (text, reason) ? $"{evidence}; nearest is {MessageText.Quote(text)}: {reason}" : evidence,
            $"write \"{suggestion}\" under matchImages, then {context.RestartCommand}");
    }
}
