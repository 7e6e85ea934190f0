using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Whether the image is one of Amazon ECR.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ClientImageCheck : NodeCheck
{
    public override string Id => "image";

    public override string Title => "image is in Amazon ECR";

    public override IReadOnlyList<string> Requires => [];

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
                $"{MessageText.Quote(image)} is not the name of an image: {MessageText.OneLine(error)}", "name it as clients do: HOST/REPOSITORY:TAG");
        }

        context.Reference = reference;
        if (!EcrRegistry.TryParse(reference.Repository, out var registry, out var registryError))
        {
            return Fail($"{MessageText.Quote(reference.Repository)} is not in Amazon ECR: {registryError}", "correct the host of the image");
        }

        context.Registry = registry;
        return Ok($"registry {registry}");
    }
}
