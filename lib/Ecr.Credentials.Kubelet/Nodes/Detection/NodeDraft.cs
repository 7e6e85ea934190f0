using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>What the files of a distribution say, before options and processes.</summary>
internal sealed class NodeDraft
{
    public bool IsStrictlyConfined { get; init; }

    public KubernetesVersion? Version { get; init; }

    /// <summary>Where the configuration goes if no flag names one.</summary>
    public required string ConfigurationPath { get; init; }

    /// <summary>Where plugins go if no flag names a directory.</summary>
    public required string BinDirectory { get; init; }

    public IReadOnlyList<KubeletFlag> Flags { get; init; } = [];

    public KubeletFlagPlace FlagPlace { get; init; }

    public string? FlagFile { get; init; }

    public string? FlagVariable { get; init; }

    public IReadOnlyDictionary<string, string> StableVariables { get; init; } = new Dictionary<string, string>();

    public string? Service { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? EffectiveFlag(string name) => Flags.LastOrDefault(flag => flag.Name == name)?.Value;
}
