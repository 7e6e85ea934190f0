using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Planning;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the kubelet accepts the configuration, and our provider is in it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ConfigurationCheck : NodeCheck
{
    public override string Id => "configuration";

    public override string Title => "configuration valid, provider named as its file";

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private DiagnosisCheck Run(DiagnosisContext context)
    {
        var layout = context.Layout!;
        var path = layout.ConfigurationPath;
        if (!layout.Tree.Exists(path))
        {
            return Fail($"\"{path}\" does not exist", "create it with a provider for Amazon ECR, or correct the flag that names it");
        }

        var version = layout.KubernetesVersion ?? KubernetesVersion.Latest;
        if (!CredentialProviderConfig.TryLoad(context.HostPath(path), out var config, out var problems))
        {
            return Fail(Describe(context, problems), $"correct it, then {context.RestartCommand}");
        }

        if (config.Validate(version) is { Count: > 0 } refused)
        {
            return Fail($"Kubernetes {version} refuses it: {Describe(context, refused)}", $"correct it, then {context.RestartCommand}");
        }

        if (context.Provider is not { } provider)
        {
            return Fail(
                $"\"{path}\" has no provider for Amazon ECR", $"add the provider \"{DesiredProvider.Name}\", then {context.RestartCommand}");
        }

        return FindMissingPlugin(context, config, provider) ?? FindWarning(context, config)
            ?? Ok(string.Create(CultureInfo.InvariantCulture, $"provider \"{provider.Name}\", valid for Kubernetes {version}: {path}"));
    }

    // One provider without its plugin keeps the kubelet from starting.
    private DiagnosisCheck? FindMissingPlugin(DiagnosisContext context, CredentialProviderConfig config, CredentialProvider ours)
    {
        var layout = context.Layout!;
        foreach (var name in config.Providers.Select(provider => provider.Name))
        {
            if (layout.Tree.Exists($"{layout.BinDirectory}/{name}"))
            {
                continue;
            }

            var evidence = $"the provider is named {MessageText.Quote(name)}, but \"{layout.BinDirectory}\" has no such file: the kubelet does not start";
            return name == ours.Name && ExecutableCheck.FindPath(context) is { } found
                ? Fail(evidence, $"run \"mv {found} {layout.BinDirectory}/{name}\", or name the provider \"{Path.GetFileName(found)}\"")
                : Fail(evidence, "install the plugin, or remove the provider");
        }

        return null;
    }

    private DiagnosisCheck? FindWarning(DiagnosisContext context, CredentialProviderConfig config)
    {
        var warnings = config.Lint();
        return warnings.Count == 0 ? null : Warn(Describe(context, warnings), $"correct it, then {context.RestartCommand}");
    }

    private static string Describe(DiagnosisContext context, IReadOnlyList<ConfigProblem> problems)
    {
        var first = problems[0];
        var place = first.Line > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{context.NodePath(first.File)}:{first.Line}:{first.Column}")
            : context.NodePath(first.File);
        return MessageText.OneLine($"{place}: {first.Message}") + (problems.Count > 1 ? $" (and {problems.Count - 1} more)" : "");
    }
}
