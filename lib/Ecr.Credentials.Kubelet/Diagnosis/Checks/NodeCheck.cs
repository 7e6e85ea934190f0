using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Clients;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>One step on the way to an image.</summary>
[SupportedOSPlatform("linux")]
internal abstract class NodeCheck
{
    /// <summary>Stable, and a heading in the page about the doctor.</summary>
    public abstract string Id { get; }

    public abstract string Title { get; }

    /// <summary>The checks that must not have failed, which come before this one.</summary>
    public virtual IReadOnlyList<string> Requires => ["layout"];

    /// <summary>The checks that come before this one and, if they fail, explain everything that follows. They may be skipped.</summary>
    public virtual IReadOnlyList<string> After => [];

    /// <summary>Whether a mounted file system does not show it.</summary>
    public virtual bool NeedsRunningNode => false;

    /// <summary>All checks in the order in which a pull meets them.</summary>
    public static IReadOnlyList<NodeCheck> All() =>
    [
        new LayoutCheck(), new ExecutableCheck(), new FlagsCheck(), new ConfigurationCheck(), new ImageCheck(), new ClockCheck(), new NetworkCheck(),
        new MetadataCheck(), new IdentityCheck(), new PasswordCheck(), new ManifestCheck(), new SpaceCheck(), new KubeletLogCheck(),
    ];

    /// <summary>The checks of clients with a credential helper, in the order in which a pull meets them.</summary>
    public static IReadOnlyList<NodeCheck> OfClients() =>
    [
        new ClientCheck(), new ClientImageCheck(), new HelperCheck(), new HelperProgramCheck(), new ClockCheck(), new NetworkCheck(), new MetadataCheck(),
        new IdentityCheck(), new HelperPasswordCheck(), new ManifestCheck(),
    ];

    public abstract Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken);

    public DiagnosisCheck Ok(string evidence) => new(Id, Title, DiagnosisResult.Ok, evidence, null);

    public DiagnosisCheck Warn(string evidence, string remedy) => new(Id, Title, DiagnosisResult.Warning, evidence, remedy);

    public DiagnosisCheck Fail(string evidence, string remedy) => new(Id, Title, DiagnosisResult.Failed, evidence, remedy);

    public DiagnosisCheck Skip(string evidence) => new(Id, Title, DiagnosisResult.Skipped, evidence, null);
}
