using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Kubelet.Configuration.Files;
using Ecr.Credentials.Kubelet.Configuration.Linting;
using Ecr.Credentials.Kubelet.Configuration.Validation;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>The kubelet's configuration of image credential providers, read, decoded and validated as the kubelet does.</summary>
/// <remarks>
/// <para>Immutable and safe to use from several threads. Nothing here runs a plugin.</para>
/// <para>
/// Verdicts and messages are those of Kubernetes 1.36. Fields:
/// <see href="https://kubernetes.io/docs/reference/config-api/kubelet-config.v1/#kubelet-config-k8s-io-v1-CredentialProviderConfig"/>.
/// </para>
/// </remarks>
public sealed class CredentialProviderConfig
{
    private static readonly KubernetesVersion SinceV1Beta1 = new(1, 24);
    private static readonly KubernetesVersion SinceV1 = new(1, 26);
    private static readonly KubernetesVersion SinceTokenAttributes = new(1, 33);
    private static readonly KubernetesVersion SinceDirectories = new(1, 34);

    private readonly bool _isDirectory;
    private readonly IReadOnlyList<DecodedProvider> _providers;

    internal CredentialProviderConfig(string path, bool isDirectory, IReadOnlyList<DecodedConfig> documents, string hash)
    {
        Path = path;
        _isDirectory = isDirectory;
        Documents = documents;
        Hash = hash;
        _providers = [.. documents.SelectMany(document => document.Providers)];
        Providers = Array.AsReadOnly(_providers.Select(provider => provider.Provider).ToArray());
    }

    /// <summary>The file or directory that was read.</summary>
    public string Path { get; }

    /// <summary>The providers in the order in which the kubelet asks them.</summary>
    public IReadOnlyList<CredentialProvider> Providers { get; }

    /// <summary>
    /// <c>sha256:</c> and the hash in hexadecimal digits that the kubelet publishes as the label <c>hash</c> of the metric
    /// <c>kubelet_credential_provider_config_info</c>.
    /// </summary>
    public string Hash { get; }

    internal IReadOnlyList<DecodedConfig> Documents { get; }

    internal IReadOnlyList<DecodedProvider> DecodedProviders => _providers;

    /// <summary>Reads a file, or all files of a directory that end in <c>.yaml</c>, <c>.yml</c> or <c>.json</c>.</summary>
    /// <param name="path">The file or directory. A file has at most 1 MiB.</param>
    /// <returns>The configuration, which <see cref="Validate(KubernetesVersion, bool?)"/> may still refuse.</returns>
    /// <exception cref="CredentialProviderConfigException">The kubelet could not read it, or a file is larger than 1 MiB, a pipe or a device.</exception>
    public static CredentialProviderConfig Load(string path) =>
        TryLoad(path, out var config, out var problems) ? config : throw new CredentialProviderConfigException(problems);

    /// <summary>Reads a file or directory without throwing for what is in it.</summary>
    /// <param name="path">As for <see cref="Load"/>.</param>
    /// <param name="config">The configuration; <see langword="null"/> if the kubelet could not read it.</param>
    /// <param name="problems">What is wrong, all of it; empty if it was read.</param>
    /// <returns>Whether it was read.</returns>
    public static bool TryLoad(string path, [NotNullWhen(true)] out CredentialProviderConfig? config, out ConfigProblemCollection problems)
    {
        ArgumentNullException.ThrowIfNull(path);
        problems = new ConfigFiles(workingDirectory: null).Read(path, out config);
        return config is not null;
    }

    /// <summary>Reads the content of one file.</summary>
    /// <param name="content">YAML or JSON, at most 1 MiB.</param>
    /// <param name="fileName">The name for messages.</param>
    /// <returns>The configuration, which <see cref="Validate(KubernetesVersion, bool?)"/> may still refuse.</returns>
    /// <exception cref="CredentialProviderConfigException">The kubelet could not read it.</exception>
    public static CredentialProviderConfig Parse(ReadOnlySpan<byte> content, string fileName) =>
        TryParse(content, fileName, out var config, out var problems) ? config : throw new CredentialProviderConfigException(problems);

    /// <summary>Reads the content of one file without throwing for what is in it.</summary>
    /// <param name="content">As for <see cref="Parse"/>.</param>
    /// <param name="fileName">The name for messages.</param>
    /// <param name="config">The configuration; <see langword="null"/> if the kubelet could not read it.</param>
    /// <param name="problems">What is wrong, all of it; empty if it was read.</param>
    /// <returns>Whether it was read.</returns>
    public static bool TryParse(
        ReadOnlySpan<byte> content, string fileName, [NotNullWhen(true)] out CredentialProviderConfig? config, out ConfigProblemCollection problems)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        var isTooLarge = content.Length > ConfigFiles.MaxFileLength;
        var file = new ReadFile(fileName, isTooLarge ? null : content.ToArray(), "larger than 1 MiB");
        problems = ConfigFiles.Merge(fileName, [file], isDirectory: false, out config);
        return config is not null;
    }

    /// <summary>Checks everything that the kubelet checks when it starts, in its order: bin directory, configuration, plugins.</summary>
    /// <param name="path">The value of <c>--image-credential-provider-config</c>.</param>
    /// <param name="binDirectory">The value of <c>--image-credential-provider-bin-dir</c>.</param>
    /// <param name="version">The version of the kubelet.</param>
    /// <returns>What is wrong; empty if the kubelet starts. <see cref="ConfigProblemCollection.KubeletMessage"/> is the reason that it logs.</returns>
    public static ConfigProblemCollection CheckStart(string path, string binDirectory, KubernetesVersion version)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(binDirectory);
        return CheckStart(path, binDirectory, version, workingDirectory: null, Environment.GetEnvironmentVariable("PATH") ?? "");
    }

    /// <summary>Finds what the kubelet accepts and what does not do what was meant, or gives away a secret.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="binDirectory">The directory of the plugins; <see langword="null"/> not to look for them.</param>
    /// <returns>The warnings, file by file. A file that the kubelet cannot read has at most the warning <c>file-in-log</c>.</returns>
    public static IReadOnlyList<ConfigProblem> Lint(string path, string? binDirectory = null)
    {
        if (TryLoad(path, out var config, out var problems))
        {
            return config.Lint(binDirectory);
        }

        var linter = new ConfigLinter(new ConfigFiles(workingDirectory: null));
        linter.LintProblems(problems);
        return linter.Warnings;
    }

    /// <summary>Finds what the kubelet accepts and what does not do what was meant, or gives away a secret.</summary>
    /// <param name="binDirectory">The directory of the plugins; <see langword="null"/> not to look for them.</param>
    /// <returns>The warnings in the order of the providers.</returns>
    public IReadOnlyList<ConfigProblem> Lint(string? binDirectory = null)
    {
        var linter = new ConfigLinter(new ConfigFiles(workingDirectory: null));
        linter.Lint(this);
        if (binDirectory is not null)
        {
            linter.LintPlugins(this, binDirectory, Environment.GetEnvironmentVariable("PATH") ?? "");
        }

        return linter.Warnings;
    }

    /// <summary>Whether the kubelet of a version accepts the configuration.</summary>
    /// <param name="version">A version from 1.20 on. Versions after 1.36 are taken for 1.36.</param>
    /// <param name="serviceAccountTokens">
    /// Whether the feature gate <c>KubeletServiceAccountTokenForCredentialProviders</c> is on; by default as the version has it, off in 1.33 and
    /// on from 1.34.
    /// </param>
    /// <returns>
    /// What is wrong; empty if it is accepted. The kubelet's messages are those of 1.36, and empty where that version has no such rule.
    /// </returns>
    public ConfigProblemCollection Validate(KubernetesVersion version, bool? serviceAccountTokens = null)
    {
        var problems = CheckVersion(version);
        if (problems.Count > 0)
        {
            return new ConfigProblemCollection(problems, problems[0].KubeletMessage);
        }

        return new ConfigValidator(Path, version, serviceAccountTokens ?? version >= SinceDirectories).Validate(_providers);
    }

    internal static ConfigProblemCollection CheckStart(string path, string binDirectory, KubernetesVersion version, string? workingDirectory, string searchPath)
    {
        var files = new ConfigFiles(workingDirectory);
        var search = new PluginSearch(files, searchPath);
        var problems = search.CheckDirectory(binDirectory);
        if (problems.Count > 0)
        {
            return problems;
        }

        problems = files.Read(path, out var config);
        if (config is null)
        {
            return problems;
        }

        problems = config.Validate(version);
        return problems.Count > 0 ? problems : search.CheckProviders(binDirectory, config._providers);
    }

    private List<ConfigProblem> CheckVersion(KubernetesVersion version)
    {
        var problems = new List<ConfigProblem>();
        if (version < new KubernetesVersion(1, 20))
        {
            problems.Add(new ConfigProblem(Path, 0, 0, $"Kubernetes {version} does not support credential providers, which were added in 1.20", ""));
            return problems;
        }

        if (_isDirectory && version < SinceDirectories)
        {
            problems.Add(new ConfigProblem(
                Path, 0, 0, $"Kubernetes {version} does not support a directory, which was added in {SinceDirectories}; use a single file", ""));
        }

        foreach (var document in Documents)
        {
            var since = document.Version switch { "v1" => SinceV1, "v1beta1" => SinceV1Beta1, _ => new KubernetesVersion(1, 20) };
            if (version < since)
            {
                problems.Add(document.Source.Problem(
                    document.Root.Position,
                    $"Kubernetes {version} does not support kubelet.config.k8s.io/{document.Version}, which was added in {since}; use an older apiVersion",
                    ""));
            }
        }

        foreach (var provider in _providers)
        {
            if (provider.Provider.TokenAttributes is not { } attributes)
            {
                continue;
            }

            if (version < SinceTokenAttributes)
            {
                problems.Add(provider.Problem(
                    provider.PositionOf("tokenAttributes"),
                    $"Kubernetes {version} does not support tokenAttributes, which were added in {SinceTokenAttributes}",
                    ""));
            }
            else if (version < SinceDirectories && attributes.CacheType.Length > 0)
            {
                problems.Add(provider.Problem(
                    provider.PositionOf("tokenAttributes", subfield: "cacheType"),
                    $"Kubernetes {version} does not support cacheType, which was added in {SinceDirectories}",
                    ""));
            }
        }

        return problems;
    }
}
