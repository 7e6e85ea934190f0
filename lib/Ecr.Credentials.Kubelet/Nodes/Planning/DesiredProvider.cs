using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>The provider that a node gets: what it has already, changed by what was asked for.</summary>
[SupportedOSPlatform("linux")]
internal static class DesiredProvider
{
    /// <summary>The name of the provider, which is the file name of the executable.</summary>
    public const string Name = "ecr-credential-provider";

    public const string ProtocolGroup = "credentialprovider.kubelet.k8s.io/";

    private const string CacheOption = "--cache-dir";

    // https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/, and the annotations of Amazon EKS.
    private static readonly ServiceAccountTokenAttributes TokenAttributes = new()
    {
        ServiceAccountTokenAudience = "sts.amazonaws.com",
        CacheType = "ServiceAccount",
        RequireServiceAccount = false,
        OptionalServiceAccountAnnotationKeys = ["eks.amazonaws.com/ecr-role-arn", "eks.amazonaws.com/role-arn"],
    };

    /// <summary>The version of configuration and protocol that a kubelet understands.</summary>
    public static string VersionFor(KubernetesVersion? version) =>
        version is not { } known || known >= new KubernetesVersion(1, 26) ? "v1" : known >= new KubernetesVersion(1, 24) ? "v1beta1" : "v1alpha1";

    public static CredentialProvider Create(NodeLayout layout, NodeSetupOptions options, CredentialProvider? existing)
    {
        var apiVersion = ProtocolGroup + VersionFor(layout.KubernetesVersion);
        return new CredentialProvider
        {
            Name = Name,
            MatchImages = options.Images.Count > 0 ? options.Images : existing?.MatchImages ?? PartitionImages.Of("aws")!,
            DefaultCacheDuration = existing is null ? TimeSpan.FromHours(6) : existing.DefaultCacheDuration,
            ApiVersion = existing is null || options.UsesServiceAccounts ? apiVersion : existing.ApiVersion,
            Arguments = Arguments(layout, options, existing),
            Environment = Environment(options, existing),
            TokenAttributes = options.UsesServiceAccounts ? existing?.TokenAttributes ?? TokenAttributesFor(layout) : existing?.TokenAttributes,
        };
    }

    // 1.33 does not know the type of the cache, which later versions require.
    private static ServiceAccountTokenAttributes TokenAttributesFor(NodeLayout layout) =>
        layout.KubernetesVersion is { } version && version < new KubernetesVersion(1, 34)
            ? new ServiceAccountTokenAttributes
            {
                ServiceAccountTokenAudience = TokenAttributes.ServiceAccountTokenAudience,
                RequireServiceAccount = TokenAttributes.RequireServiceAccount,
                OptionalServiceAccountAnnotationKeys = TokenAttributes.OptionalServiceAccountAnnotationKeys,
            }
            : TokenAttributes;

    private static List<string> Arguments(NodeLayout layout, NodeSetupOptions options, CredentialProvider? existing)
    {
        List<string> arguments = [.. existing?.Arguments ?? []];
        if (!Contains(arguments, options.Arguments))
        {
            arguments.AddRange(options.Arguments);
        }

        var directory = options.CacheDirectory ?? (existing is null ? CacheDirectoryOf(layout) : null);
        if (directory is null)
        {
            return arguments;
        }

        var wanted = $"{CacheOption}={directory}";
        if (directory.Length > 0 && arguments.Contains(wanted))
        {
            return arguments;
        }

        for (var i = arguments.Count - 1; i >= 0; i--)
        {
            if (arguments[i].StartsWith($"{CacheOption}=", StringComparison.Ordinal))
            {
                arguments.RemoveAt(i);
            }
            else if (arguments[i] == CacheOption)
            {
                arguments.RemoveRange(i, Math.Min(2, arguments.Count - i));
            }
        }

        if (directory.Length > 0)
        {
            arguments.Add(wanted);
        }

        return arguments;
    }

    // In memory, where the confinement allows it.
    private static string CacheDirectoryOf(NodeLayout layout) =>
        layout.IsStrictlyConfined ? $"/var/snap/microk8s/common/run/{Name}" : $"/run/{Name}";

    private static List<ExecEnvironmentVariable> Environment(NodeSetupOptions options, CredentialProvider? existing)
    {
        List<ExecEnvironmentVariable> variables = [.. existing?.Environment ?? []];
        foreach (var variable in options.Environment)
        {
            var index = variables.FindLastIndex(earlier => earlier.Name == variable.Name);
            if (index < 0)
            {
                variables.Add(variable);
            }
            else
            {
                variables[index] = variable;
            }
        }

        return variables;
    }

    private static bool Contains(List<string> arguments, IReadOnlyList<string> sequence) =>
        sequence.Count == 0
        || Enumerable.Range(0, Math.Max(0, arguments.Count - sequence.Count + 1))
            .Any(start => arguments.Skip(start).Take(sequence.Count).SequenceEqual(sequence));
}
