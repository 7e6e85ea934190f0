using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Kubelet.Configuration.Files;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Linting;

/// <summary>Finds what the kubelet accepts and what does not work.</summary>
/// <param name="files">The file system, for who may read a file.</param>
internal sealed class ConfigLinter(ConfigFiles files)
{
    private readonly List<ConfigProblem> _warnings = [];

    public IReadOnlyList<ConfigProblem> Warnings => _warnings;

    /// <summary>The kubelet prints a file without kind or API version into its log, with everything that is in it.</summary>
    public void LintProblems(ConfigProblemCollection problems)
    {
        foreach (var problem in problems)
        {
            if (problem.HoldsFile)
            {
                Add(
                    "file-in-log",
                    problem.File,
                    problem.Line,
                    problem.Column,
                    "the kubelet logs the whole file, secrets of \"env\" included, because kind or apiVersion is missing");
            }
        }
    }

    public void Lint(CredentialProviderConfig config)
    {
        foreach (var document in config.Documents)
        {
            if (document.Version == ConfigSchema.InternalVersion)
            {
                Add(
                    "internal-version",
                    document.Source,
                    document.Root.Position,
                    "apiVersion is the kubelet's internal version; write kubelet.config.k8s.io/v1");
            }

            var isReadable = files.StatusOf(document.Source.Path).IsReadableByOthers;
            foreach (var provider in document.Providers)
            {
                LintMatchImages(provider);
                if (isReadable)
                {
                    LintEnvironment(provider);
                }
            }
        }
    }

    public void LintPlugins(CredentialProviderConfig config, string binDirectory, string searchPath)
    {
        foreach (var problem in new PluginSearch(files, searchPath).CheckProviders(binDirectory, config.DecodedProviders))
        {
            Add("missing-plugin", problem.File, problem.Line, problem.Column, problem.Message);
        }
    }

    private void LintMatchImages(DecodedProvider provider)
    {
        var images = provider.Provider.MatchImages;
        var isEcr = provider.Provider.Name.Contains("ecr", StringComparison.OrdinalIgnoreCase);
        for (var i = 0; i < images.Count; i++)
        {
            if (!ImagePattern.TryParse(images[i], out var pattern))
            {
                continue;
            }

            var (text, position) = (MessageText.Quote(images[i]), provider.PositionOf("matchImages", i));
            if (images[i].Contains("://", StringComparison.Ordinal))
            {
                Add("scheme", provider.File, position, $"{text} matches no image: images have no scheme; remove it");
                continue;
            }

            if (pattern.Path.Contains('*', StringComparison.Ordinal))
            {
                Add("path-wildcard", provider.File, position, $"{text} matches no image: \"*\" is not a wildcard in a path; end the pattern in front of it");
            }

            if (pattern.Host.Text.Equals("index.docker.io", StringComparison.Ordinal))
            {
                Add("docker-index", provider.File, position, $"{text} matches no image: the kubelet names Docker Hub docker.io; write docker.io");
            }

            if (isEcr && !HasOwnRegistries(provider.Provider) && !EcrCoverage.Covers(pattern))
            {
                Add("not-ecr", provider.File, position, $"{text} matches no registry of Amazon ECR; write one such as *.dkr.ecr.*.amazonaws.com");
            }

            if (isEcr && pattern.Path.Length > 1 && !HasPathRule(provider.Provider))
            {
                Add(
                    "path-caching",
                    provider.File,
                    position,
                    $"{text} has a path, but the kubelet caches the answer for the whole registry; remove it, or give the provider an --identity rule with it");
            }
        }
    }

    private void LintEnvironment(DecodedProvider provider)
    {
        var environment = provider.Provider.Environment;
        for (var i = 0; i < environment.Count; i++)
        {
            if (LooksSecret(environment[i]))
            {
                Add(
                    "readable-secret",
                    provider.File,
                    provider.PositionOf("env", i),
                    $"the file holds a secret, {MessageText.Quote(environment[i].Name)}, and every user can read it; run \"chmod 600\" on it");
            }
        }
    }

    private static bool LooksSecret(ExecEnvironmentVariable variable)
    {
        var name = variable.Name.ToUpperInvariant();
        return variable.Value.Length > 0
            && !variable.Value.StartsWith('/')
            && (name.Contains("SECRET", StringComparison.Ordinal)
                || name.Contains("PASSWORD", StringComparison.Ordinal)
                || name.EndsWith("_TOKEN", StringComparison.Ordinal)
                || name is "TOKEN" || name.EndsWith("_KEY", StringComparison.Ordinal))
            && !name.EndsWith("_FILE", StringComparison.Ordinal)
            && !name.EndsWith("_PATH", StringComparison.Ordinal);
    }

    private static bool HasOwnRegistries(CredentialProvider provider) => provider.Arguments.Any(argument =>
        argument.StartsWith("--registry-alias", StringComparison.Ordinal) || argument.StartsWith("--unknown-registry", StringComparison.Ordinal));

    // --identity=PATTERN=... or --identity PATTERN=...
    private static bool HasPathRule(CredentialProvider provider)
    {
        var isRule = false;
        foreach (var argument in provider.Arguments)
        {
            var rule = isRule ? argument : argument.StartsWith("--identity=", StringComparison.Ordinal) ? argument["--identity=".Length..] : "";
            isRule = argument == "--identity";
            if (rule.Split('=')[0].Contains('/', StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(string id, SourceText file, int position, string message)
    {
        var (line, column) = file.Locate(position);
        Add(id, file.Path, line, column, message);
    }

    private void Add(string id, string file, int line, int column, string message) =>
        _warnings.Add(new ConfigProblem(file, line, column, message, kubeletMessage: "", id));
}
