using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes.Detection;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Systemd;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>Adds the two flags where a distribution takes them.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FlagChange(NodeLayout layout, NodeTree tree, PlanFiles files)
{
    private const string Comment = "# Written by ecr-credential-provider setup; \"setup --remove\" deletes this file.\n";

    private string File => layout.FlagFile!;

    /// <summary>The words that are added, as they are written.</summary>
    public IReadOnlyList<string> Words { get; private set; } = [];

    /// <summary>The change; null if both flags are set.</summary>
    public NodeFileChange? Create()
    {
        switch (layout.FlagPlace)
        {
            case KubeletFlagPlace.ArgumentsFile when !layout.AreFlagsSet:
                Words = Missing(layout.EffectiveFlag, Shorten);
                return Edit(before => $"{before}{(before.Length == 0 || before.EndsWith('\n') ? "" : "\n")}{string.Concat(Words.Select(word => $"{word}\n"))}");

            case KubeletFlagPlace.EnvironmentFile when !layout.AreFlagsSet:
                Words = Missing(layout.EffectiveFlag);
                var variable = SystemdService.Load(tree, layout.Service!)!.Variables.GetValueOrDefault(layout.FlagVariable!).Value ?? "";
                return Edit(before => EnvironmentFile.Set(before, layout.FlagVariable!, string.Join(' ', Words.Prepend(variable.Trim())).Trim()));

            case KubeletFlagPlace.RancherDropIn when !layout.AreFlagsSet:
                Words = [$"{KubeletFlag.Configuration}={layout.ConfigurationPath}", $"{KubeletFlag.BinDirectory}={layout.BinDirectory}"];
                return DropIn($"{Comment}kubelet-arg+:\n{string.Concat(Words.Select(word => $"- {word}\n"))}");

            case KubeletFlagPlace.UnitDropIn:
                return CreateUnitDropIn();

            default:
                return null;
        }
    }

    /// <summary>The text of a file without the words that were added to it; null if they are not there.</summary>
    public static string? RemoveFrom(string text, KubeletFlagPlace place, string? variable, IReadOnlyList<string> words)
    {
        if (place == KubeletFlagPlace.ArgumentsFile)
        {
            var lines = text.Split('\n');
            var kept = lines.Where(line => !words.Contains(line.Trim())).ToArray();
            return kept.Length == lines.Length ? null : string.Join('\n', kept);
        }

        if (EnvironmentFile.Read(text).LastOrDefault(assignment => assignment.Name == variable) is not { } current)
        {
            return null;
        }

        var value = words.Aggregate(
            current.Value,
            (value, word) => value.Replace($" {word}", "", StringComparison.Ordinal).Replace(word, "", StringComparison.Ordinal));
        return value == current.Value ? null : EnvironmentFile.Set(text, variable!, value.Trim());
    }

    // Computed from the unit as it is without the drop-in, so that a change of the unit gets through the next time.
    private NodeFileChange? CreateUnitDropIn()
    {
        if (SystemdService.Load(tree, layout.Service!, withoutFile: File) is not { Command: { } command } service)
        {
            return null;
        }

        var isK0s = layout.Distribution == NodeDistribution.K0s;
        var arguments = isK0s ? K0sNode.KubeletArguments(service.Arguments()) : service.Arguments();
        var flags = KubeletFlag.Find(arguments).ToArray();
        Words = Missing(name => flags.LastOrDefault(flag => flag.Name == name)?.Value);
        if (Words.Count == 0)
        {
            return null;
        }

        var added = string.Join(' ', Words);
        if (isK0s)
        {
            // The last of several options is used, so it repeats what an earlier one says.
            var earlier = K0sNode.LastExtraArguments(SystemdWords.Split(command));
            added = $"\"{K0sNode.ExtraArguments}={$"{earlier} {added}".Trim().Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        }

        return DropIn($"{Comment}[Service]\nExecStart=\nExecStart={command} {added}\n");
    }

    private List<string> Missing(Func<string, string?> effective, Func<string, string>? write = null) =>
    [
        .. new (string Name, string Value)[] { (KubeletFlag.Configuration, layout.ConfigurationPath), (KubeletFlag.BinDirectory, layout.BinDirectory) }
            .Where(flag => effective(flag.Name) != flag.Value)
            .Select(flag => $"--{flag.Name}={write?.Invoke(flag.Value) ?? flag.Value}"),
    ];

    // The directory of a variable may move with the next version of the snap.
    private string Shorten(string path)
    {
        foreach (var (name, value) in layout.StableVariables)
        {
            if (path.StartsWith($"{value}/", StringComparison.Ordinal))
            {
                return $"${{{name}}}{path[value.Length..]}";
            }
        }

        return path;
    }

    private NodeFileChange? Edit(Func<string, string> edit)
    {
        var before = files.Read(File);
        return files.Text(NodeFileRole.Flags, File, before, edit(before ?? ""), PlanFiles.ReadableMode);
    }

    private NodeFileChange? DropIn(string after) => files.Text(NodeFileRole.FlagDropIn, File, files.Read(File), after, PlanFiles.ReadableMode);
}
