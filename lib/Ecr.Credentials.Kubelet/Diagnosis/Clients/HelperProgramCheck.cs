using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Whether clients find the program of the helper, and can execute it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HelperProgramCheck : NodeCheck
{
    private const string Target = "/usr/local/bin";

    public override string Id => "helper-program";

    public override string Title => "helper found on the PATH";

    public override IReadOnlyList<string> Requires => ["helper"];

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Run(context.Clients!, context.Options));

    private DiagnosisCheck Run(ClientFindings findings, DoctorOptions options)
    {
        var name = $"docker-credential-{findings.Helper}";
        if (ProgramSearch.Find(findings.SearchPath, name) is not var (path, problem))
        {
            return Fail(
                $"there is no {MessageText.Quote(name)} in any directory of PATH ({MessageText.OneLine(findings.SearchPath)})", Install(findings, name));
        }

        if (problem is not null)
        {
            var isMode = problem.StartsWith("has mode", StringComparison.Ordinal);
            return Fail($"{MessageText.Quote(path)} {problem}", isMode ? $"run \"chmod 755 {path}\"" : Install(findings, name));
        }

        var file = ProgramFile.Read(path);
        var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (MountTable.Find(options.MountFile, real) is { IsNoExec: true } mount)
        {
            return Fail($"\"{mount.Path}\", where the helper is, is mounted with noexec", $"move the helper, or run \"mount -o remount,exec {mount.Path}\"");
        }

        var machine = ProgramFile.MachineArchitecture;
        const string Again = "install it again: download it, compare its checksum, and unpack the archive";
        return file switch
        {
            { Kind: ProgramKind.Empty } => Fail($"{MessageText.Quote(path)} is empty", Again),
            { Kind: ProgramKind.Archive } => Fail($"{MessageText.Quote(path)} is the packed archive", "unpack it with \"tar -xzf\" and install the executable"),
            { Kind: ProgramKind.Unknown } => Fail($"{MessageText.Quote(path)} is not an executable of Linux", Again),
            { Kind: ProgramKind.Truncated } => Fail($"{MessageText.Quote(path)} is cut off: {file.Length} of at least {file.ExpectedLength} bytes", Again),
            { Kind: ProgramKind.Elf } when machine is not null && file.Architecture != machine =>
                Fail($"{MessageText.Quote(path)} is for {file.Architecture}, but this machine is {machine}", Again),
            _ => Found(findings, path),
        };
    }

    private DiagnosisCheck Found(ClientFindings findings, string path)
    {
        findings.Program = path;
        return Ok(MessageText.OneLine(path));
    }

    private static string Install(ClientFindings findings, string name)
    {
        var source = ((string[])["ecr-credential-provider", "docker-credential-ecr-login", "docker-credential-ecr"])
            .Where(program => program != name)
            .Select(program => ProgramSearch.Find(findings.SearchPath, program))
            .FirstOrDefault(found => found is { Problem: null })?.Path;
        return source is null
            ? $"install ecr-credential-provider as {Target}/{name}"
            : $"run \"ln -sf {source} {Target}/{name}\"";
    }
}
