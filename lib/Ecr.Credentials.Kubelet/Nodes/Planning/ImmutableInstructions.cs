using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>What to put into the configuration of a system that writes its files itself.</summary>
/// <remarks>
/// <see href="https://docs.siderolabs.com/talos/latest/reference/configuration/v1alpha1/config"/> and
/// <see href="https://bottlerocket.dev/en/os/latest/api/settings/kubernetes/"/>. Values of variables are not shown: they may be secrets.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class ImmutableInstructions
{
    private const string Placeholder = "VALUE";

    public static string Write(NodeLayout layout, CredentialProvider provider) =>
        layout.Distribution == NodeDistribution.Talos ? ForTalos(layout, provider) : ForBottlerocket(provider);

    private static string ForTalos(NodeLayout layout, CredentialProvider provider)
    {
        var hidden = new CredentialProvider
        {
            Name = provider.Name,
            MatchImages = provider.MatchImages,
            DefaultCacheDuration = provider.DefaultCacheDuration,
            ApiVersion = provider.ApiVersion,
            Arguments = provider.Arguments,
            Environment = [.. provider.Environment.Select(variable => new ExecEnvironmentVariable(variable.Name, Placeholder))],
            TokenAttributes = provider.TokenAttributes,
        };
        var config = CredentialProviderConfigEditor.Set(
            $"apiVersion: kubelet.config.k8s.io/{DesiredProvider.VersionFor(layout.KubernetesVersion)}\nkind: CredentialProviderConfig\nproviders:\n", hidden);
        var text = new StringBuilder(
            $"""
            # Talos: the executable comes with a system extension, which puts it into
            # {layout.BinDirectory}/{provider.Name}.
            # Add this to the machine configuration: talosctl patch machineconfig --patch @FILE
            machine:
              kubelet:
                credentialProviderConfig:

            """);
        foreach (var line in config.TrimEnd('\n').Split('\n'))
        {
            text.Append("      ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string ForBottlerocket(CredentialProvider provider)
    {
        var text = new StringBuilder(
            $"""
            # Bottlerocket: the executable is its own {provider.Name}; it takes no arguments.
            # Add this to the user data, or apply it with: apiclient apply
            [settings.kubernetes.credential-providers.{provider.Name}]
            enabled = true
            cache-duration = "{GoDuration.Format(provider.DefaultCacheDuration ?? TimeSpan.Zero)}"
            image-patterns = [

            """);
        foreach (var image in provider.MatchImages)
        {
            text.Append("  ").Append(Quote(image)).Append(",\n");
        }

        text.Append("]\n");
        if (provider.Environment.Count > 0)
        {
            text.Append('\n').Append("[settings.kubernetes.credential-providers.").Append(provider.Name).Append(".environment]\n");
            foreach (var variable in provider.Environment)
            {
                text.Append(Quote(variable.Name)).Append(" = \"").Append(Placeholder).Append("\"\n");
            }
        }

        return text.ToString();
    }

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
