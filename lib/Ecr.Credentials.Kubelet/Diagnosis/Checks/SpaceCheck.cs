using System.Globalization;
using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether there is space for cached passwords and for images.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SpaceCheck : NodeCheck
{
    private const long MiB = 1 << 20;

    // Passwords have a few kilobytes; images have hundreds of megabytes.
    private static readonly (string Path, long Least, long Usual)[] Places = [("/run", MiB, 8 * MiB), ("/var/lib", 100 * MiB, 1024 * MiB)];

    public override string Id => "space";

    public override string Title => "space in /run and on the disk";

    public override bool NeedsRunningNode => true;

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        DiagnosisCheck? warning = null;
        var evidence = new List<string>();
        foreach (var (path, least, usual) in Places)
        {
            var free = context.Options.FreeSpace(path);
            var text = string.Create(CultureInfo.InvariantCulture, $"{path} has {free / MiB} MiB free");
            evidence.Add(text);
            if (free < least)
            {
                return Task.FromResult(Fail(text, $"free space in {path}: df -h {path}"));
            }

            warning ??= free < usual ? Warn(text, $"free space in {path}: df -h {path}") : null;
        }

        return Task.FromResult(warning ?? Ok(string.Join(", ", evidence)));
    }
}
