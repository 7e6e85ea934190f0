using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Which clients there are, and whether they can read their files.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ClientCheck : NodeCheck
{
    public override string Id => "client";

    public override string Title => "client configuration found and valid";

    public override IReadOnlyList<string> Requires => [];

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context.Clients!));

    private DiagnosisCheck Run(ClientFindings findings)
    {
        var installed = findings.Files.FindInstalled();
        findings.Kinds = installed.Count > 0 ? [.. installed.Select(client => client.Kind).Distinct()] : [ClientKind.Docker];
        var paths = findings.Kinds.SelectMany(findings.Files.PathsOf).Distinct().ToArray();
        foreach (var file in paths.Select(ClientFile.Read).OfType<ClientFile>())
        {
            findings.Read[file.Path] = file;
        }

        if (findings.Read.Values.FirstOrDefault(file => file.Error is not null) is { } broken)
        {
            return Fail($"{MessageText.Quote(broken.Path)} {broken.Error}", "correct it: clients ignore such a file, or refuse to start");
        }

        if (findings.Read.Values.FirstOrDefault(file => file.Mistake is not null) is { Mistake: var (wrong, right) } misspelled)
        {
            return Fail(
                $"{MessageText.Quote(misspelled.Path)} has the field \"{wrong}\", which no client knows", $"write \"{right}\" instead of \"{wrong}\"");
        }

        var programs = installed.Count > 0 ? string.Join(" and ", installed.Select(client => client.Program)) : "no client on the PATH";
        return findings.Read.Count > 0 || findings.Files.FindGlobalHelpers() is not null
            ? Ok($"{programs}; {string.Join(", ", findings.Read.Keys.Select(path => MessageText.OneLine(path)))}")
            : Fail(
                $"{programs}; there is none of {string.Join(", ", paths.Select(path => MessageText.OneLine(path)))}",
                $"create \"{MessageText.OneLine(paths[^1])}\" with a helper for the registry's host under \"{ClientFile.Helpers}\"; for another user (sudo), "
                    + "in the home directory of that user");
    }
}
