using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Whether clients ask the helper about the host of the image.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HelperCheck : NodeCheck
{
    private const string Prefix = "docker-credential-";

    public override string Id => "helper";

    public override string Title => "clients ask the helper";

    public override IReadOnlyList<string> Requires => ["client"];

    public override IReadOnlyList<string> After => ["image"];

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) =>
        Task.FromResult(Run(context.Clients!, context.Host));

    private DiagnosisCheck Run(ClientFindings findings, string? host)
    {
        var choices = findings.Kinds.Select(kind => ClientChoice.Of(kind, findings.Files, findings.Read, host)).ToArray();
        foreach (var choice in choices)
        {
            if (Judge(findings, choice, host) is { } failure)
            {
                return failure;
            }
        }

        findings.Helper = choices[0].Helper;
        var places = string.Join(" and ", choices.Select(choice => $"\"{MessageText.OneLine(choice.File ?? "")}\"").Distinct());
        return FindLogin(findings, host) ?? Ok($"{MessageText.Quote(findings.Helper)} by {places}");
    }

    private DiagnosisCheck? Judge(ClientFindings findings, ClientChoice choice, string? host)
    {
        var client = choice.Kind == ClientKind.Docker ? "docker" : "podman";
        var file = MessageText.OneLine(choice.File ?? findings.Files.PathsOf(choice.Kind)[^1]);
        var entry = $"\"{ClientFile.Helpers}\": {{ \"{host ?? "HOST"}\": \"{NameOf(findings)}\" }}";
        switch (choice)
        {
            case { Login: true }:
                return Fail(
                    $"{client} uses the password of a login in \"{file}\", which is valid for 12 hours at most, and not the helper",
                    $"run \"{client} logout {host}\", and write {entry} in \"{MessageText.OneLine(findings.Files.PathsOf(choice.Kind)[^1])}\"");
            case { Helper: null }:
                var near = FindNear(findings, choice.Kind, host);
                return Fail(
                    near is null ? $"no helper is set for {host ?? "any host"} in the files of {client}"
                        : $"\"{ClientFile.Helpers}\" has {MessageText.Quote(near)}, which is not the host {MessageText.Quote(host)}",
                    near is null ? $"write {entry} in \"{file}\"" : $"write \"{host}\" instead of {MessageText.Quote(near)}: the host alone, and exactly");
            case { Helper: { } helper } when helper.StartsWith(Prefix, StringComparison.Ordinal):
                return Fail(
                    $"\"{file}\" names the helper {MessageText.Quote(helper)}; {client} looks for {MessageText.Quote(Prefix + helper)}",
                    $"write \"{helper[Prefix.Length..]}\", without \"{Prefix}\"");
            case { Helper: { } helper } when !helper.Contains("ecr", StringComparison.OrdinalIgnoreCase):
                return Fail(
                    $"{client} asks the helper {MessageText.Quote(helper)}, by \"{file}\"",
                    $"write {entry} in \"{file}\": it wins over \"{ClientFile.Store}\"");
            default:
                return null;
        }
    }

    // Beside a helper, a login is not used, but misleads.
    private DiagnosisCheck? FindLogin(ClientFindings findings, string? host)
    {
        var file = host is null ? null : findings.Read.Values.FirstOrDefault(file => file.Logins.Contains(host));
        return file is null ? null : Warn(
            $"\"{MessageText.OneLine(file.Path)}\" also has the password of a login to {host}, which some clients use instead of the helper",
            $"run \"{(Path.GetFileName(file.Path) == "config.json" ? "docker" : "podman")} logout {host}\"");
    }

    // A host with a scheme or a path, or another host of Amazon ECR.
    private static string? FindNear(ClientFindings findings, ClientKind kind, string? host) => host is null ? null
        : findings.Files.PathsOf(kind).Select(path => findings.Read.GetValueOrDefault(path)).OfType<ClientFile>()
            .SelectMany(file => file.HelperByHost).Where(helper => helper.Value.Contains("ecr", StringComparison.OrdinalIgnoreCase))
            .Select(helper => helper.Key)
            .OrderByDescending(key => key.Contains(host, StringComparison.Ordinal))
            .FirstOrDefault();

    // The name under which the program is installed.
    private static string NameOf(ClientFindings findings) =>
        ProgramSearch.Find(findings.SearchPath, $"{Prefix}ecr") is { Problem: null } && ProgramSearch.Find(findings.SearchPath, $"{Prefix}ecr-login") is null
            ? "ecr"
            : "ecr-login";
}
