using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Records;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>Plans the set-up of a node.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SetupPlanner
{
    private readonly NodeLayout _layout;
    private readonly NodeSetupOptions _options;
    private readonly NodeTree _tree;
    private readonly PlanFiles _files;
    private readonly List<string> _refusals = [];
    private readonly List<string> _warnings = [];

    public SetupPlanner(NodeLayout layout, NodeSetupOptions options)
    {
        _layout = layout;
        _options = options;
        _tree = layout.Tree;
        _files = new PlanFiles(_tree);
    }

    public NodeSetupPlan Plan()
    {
        if (_layout.IsImmutable)
        {
            var provider = DesiredProvider.Create(_layout, _options, existing: null);
            return new NodeSetupPlan(_layout) { Provider = provider, Instructions = ImmutableInstructions.Write(_layout, provider) };
        }

        CheckLayout();
        var record = ReadRecord(_tree, _refusals) ?? SetupRecord.Empty;
        var changes = new List<NodeFileChange>();
        CredentialProvider? provided = null;
        IReadOnlyList<string> words = [];
        if (_refusals.Count == 0)
        {
            // In this order the kubelet can be started after each: a plugin that no configuration names and a configuration that no flag names are not used.
            Add(PlanExecutable());
            Add(PlanConfiguration(out provided));
            var flags = new FlagChange(_layout, _tree, _files);
            Add(flags.Create());
            words = flags.Words;
            _refusals.AddRange(_files.Refusals);
            CheckResult(changes);
        }

        return new NodeSetupPlan(_layout)
        {
            Changes = _refusals.Count == 0 ? changes : [],
            Provider = _refusals.Count == 0 ? provided : null,
            Refusals = _refusals,
            Warnings = _warnings,
            MissingPermissions = MissingPermissions(_tree, changes),

            // A plugin is started anew for each image.
            ServiceToRestart = changes.Any(change => change.Role != NodeFileRole.Executable) || IsKubeletOlder(record) ? _layout.Service : null,
            Record = Extend(record, changes, words),
        };

        void Add(NodeFileChange? change)
        {
            if (change is not null)
            {
                changes.Add(change);
            }
        }
    }

    /// <summary>The record on a node; null if there is none.</summary>
    public static SetupRecord? ReadRecord(NodeTree tree, List<string> refusals)
    {
        if (!tree.Exists(SetupRecord.Path))
        {
            return null;
        }

        var record = tree.ReadBytes(SetupRecord.Path) is { } content ? SetupRecord.Read(content) : null;
        if (record is null)
        {
            refusals.Add($"cannot read \"{SetupRecord.Path}\", which an earlier set-up wrote; run as root, or delete it if it is damaged");
        }

        return record;
    }

    /// <summary>The paths that may not be written by this process.</summary>
    public static List<string> MissingPermissions(NodeTree tree, IReadOnlyList<NodeFileChange> changes) => changes.Count == 0 ? [] :
    [
        .. changes.Select(change => change.Path).Append(SetupRecord.Path).Where(path => !MayWrite(tree, path)),
    ];

    /// <summary>The directories above a path that do not exist, parents first.</summary>
    public static IReadOnlyCollection<string> MissingDirectories(NodeTree tree, string path)
    {
        var directories = new Stack<string>();
        for (var directory = Path.GetDirectoryName(path)!; !tree.IsDirectory(directory); directory = Path.GetDirectoryName(directory)!)
        {
            directories.Push(directory);
        }

        return directories;
    }

    // A set-up that ended before the restart, or was not to restart.
    private bool IsKubeletOlder(SetupRecord record) =>
        _layout.Process is { } process && _refusals.Count == 0
        && record.Entries.Where(entry => entry.Role != NodeFileRole.Executable && _tree.IsFile(entry.Path))
            .Any(entry => process.StartedBefore(File.GetLastWriteTimeUtc(_tree.HostPath(entry.Path))));

    private static bool MayWrite(NodeTree tree, string path)
    {
        // Only root can give a new file the owner of the old one.
        var isOwn = tree.Status(path) is not { } status || status.Owner == Interop.LibC.GetEffectiveUserId() || Environment.IsPrivilegedProcess;
        return isOwn && NodeFileWriter.CanWriteIn(Path.GetDirectoryName(tree.HostPath(path))!);
    }

    private void CheckLayout()
    {
        if (_layout is { OtherDistributions.Count: > 0, Process: null, Options.Distribution: null })
        {
            _refusals.Add($"found {string.Join(" and ", _layout.OtherDistributions.Prepend(_layout.Distribution))}; name the one to set up");
        }

        foreach (var path in new[] { _layout.ConfigurationPath, _layout.BinDirectory })
        {
            if (!path.StartsWith('/'))
            {
                _refusals.Add($"the kubelet's flags name {MessageText.Quote(path)}, which is not an absolute path; correct them first");
            }
            else if (path.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\' or '$' or '%'))
            {
                _refusals.Add($"{MessageText.Quote(path)} has a blank, a quote or another character with a meaning of its own; choose another path");
            }
        }

        if (_options.CacheDirectory is { Length: > 0 } cache && !cache.StartsWith('/'))
        {
            _refusals.Add($"the cache directory {MessageText.Quote(cache)} is not an absolute path");
        }

        if (_layout.KubernetesVersion is null)
        {
            _warnings.Add($"the version of Kubernetes is not known; the configuration is checked with the rules of {KubernetesVersion.Latest}");
        }

        // A distribution that was named, and is not there.
        if (_layout.FlagPlace == KubeletFlagPlace.ArgumentsFile && !_tree.IsFile(_layout.FlagFile!))
        {
            _refusals.Add($"{_layout.Distribution} has no file \"{_layout.FlagFile}\" here; is it installed?");
        }
        else if (_layout is { FlagPlace: KubeletFlagPlace.None, Distribution: not NodeDistribution.Custom })
        {
            _refusals.Add($"{_layout.Distribution} has no systemd service here; is it installed?");
        }
        else if (_layout is { FlagPlace: KubeletFlagPlace.None, AreFlagsSet: false })
        {
            _warnings.Add(
                $"add the flags --{KubeletFlag.Configuration}={_layout.ConfigurationPath} and "
                    + $"--{KubeletFlag.BinDirectory}={_layout.BinDirectory} to the kubelet");
        }
    }

    private NodeFileChange? PlanExecutable()
    {
        var path = $"{_layout.BinDirectory.TrimEnd('/')}/{DesiredProvider.Name}";
        if (_options.ExecutablePath is not { } source)
        {
            if (_tree.Status(path) is not { IsRegularFile: true, Mode: var mode } || (mode & UnixFileMode.UserExecute) == 0)
            {
                _refusals.Add($"there is no executable \"{path}\"");
            }

            return null;
        }

        if (!File.Exists(source) || _tree.IsDirectory(path))
        {
            _refusals.Add(_tree.IsDirectory(path) ? $"\"{path}\" is a directory" : $"there is no file {MessageText.Quote(source)} to install");
            return null;
        }

        var change = _files.Executable(path, source);
        if (change is { Exists: true } && _layout.Distribution is NodeDistribution.EksAl2023 or NodeDistribution.EksHybrid)
        {
            _warnings.Add($"\"{path}\" takes the place of the executable that Amazon EKS installed; an upgrade of the node installs that one again");
        }

        return change;
    }

    private NodeFileChange? PlanConfiguration(out CredentialProvider? provider)
    {
        provider = null;
        var path = _tree.IsDirectory(_layout.ConfigurationPath) ? FindInDirectory() : _layout.ConfigurationPath;
        var before = _files.Read(path);
        if (before is null && _files.Refusals.Count > 0)
        {
            return null;
        }

        try
        {
            var existing = before is null
                ? null
                : CredentialProviderConfig.Parse(Encoding.UTF8.GetBytes(before), path).Providers.FirstOrDefault(one => one.Name == DesiredProvider.Name);
            provider = DesiredProvider.Create(_layout, _options, existing);
            var after = CredentialProviderConfigEditor.Set(before ?? NewConfiguration(), provider);

            // The values of variables are secrets.
            var mode = before is null || _options.Environment.Any(variable => variable.Value.Length > 0) ? PlanFiles.SecretMode : (UnixFileMode?)null;
            var change = _files.Text(NodeFileRole.Configuration, path, before, after, PlanFiles.SecretMode, mode);
            if (change is not null && _layout.Distribution is NodeDistribution.EksAl2023 or NodeDistribution.EksHybrid)
            {
                _warnings.Add($"nodeadm writes \"{path}\" again when it configures the node, without these changes");
            }

            return change;
        }
        catch (CredentialProviderConfigException exception)
        {
            _refusals.Add($"cannot change \"{path}\": {MessageText.OneLine(exception.Message)}");
            return null;
        }
    }

    private string NewConfiguration() =>
        "# Written by ecr-credential-provider setup, which keeps changes.\n"
            + $"apiVersion: kubelet.config.k8s.io/{DesiredProvider.VersionFor(_layout.KubernetesVersion)}\nkind: CredentialProviderConfig\nproviders:\n";

    // Of several files, the one with the provider, or one of its own.
    private string FindInDirectory()
    {
        var directory = _layout.ConfigurationPath.TrimEnd('/');
        foreach (var file in _tree.List(directory).Where(name => Path.GetExtension(name) is ".yaml" or ".yml" or ".json").Select(name => $"{directory}/{name}"))
        {
            if (_tree.ReadBytes(file) is { } content
                && CredentialProviderConfig.TryParse(content, file, out var config, out _)
                && config.Providers.Any(provider => provider.Name == DesiredProvider.Name))
            {
                return file;
            }
        }

        return $"{directory}/{DesiredProvider.Name}.yaml";
    }

    // The kubelet stops when it does not like what it reads, and with it, on some distributions, the API server.
    private void CheckResult(List<NodeFileChange> changes)
    {
        if (_refusals.Count > 0)
        {
            return;
        }

        var planned = _tree.With(changes.Select(change => (_tree.Resolve(change.Path), (byte[]?)(change.NewContent?.ToArray() ?? []))));
        foreach (var provider in CheckConfiguration(planned, changes).Where(provider => provider.Name != DesiredProvider.Name))
        {
            var plugin = $"{_layout.BinDirectory.TrimEnd('/')}/{provider.Name}";
            if (_tree.Status(plugin) is not { IsRegularFile: true, Mode: var mode } || (mode & UnixFileMode.UserExecute) == 0)
            {
                _refusals.Add(
                    $"the configuration names the provider {MessageText.Quote(provider.Name)}, but there is no executable {MessageText.Quote(plugin)}");
            }
        }

        if (_layout.FlagPlace == KubeletFlagPlace.None)
        {
            return;
        }

        var after = NodeLayout.DetectIn(planned, WithPlaces(), _layout.Process is { } process ? [process] : []);
        if (after is { AreFlagsSet: false })
        {
            var overriding = after.Flags.LastOrDefault(flag => flag.Name == KubeletFlag.Configuration
                ? flag.Value != _layout.ConfigurationPath
                : flag.Value != _layout.BinDirectory);
            _refusals.Add(overriding is null
                ? $"the flags in \"{_layout.FlagFile}\" would have no effect"
                : $"the flags would have no effect, because \"{overriding.File}\" (line {overriding.Line}) sets --{overriding.Name}; remove it there");
        }
    }

    private NodeLayoutOptions WithPlaces() => new()
    {
        Distribution = _layout.Distribution,
        ConfigurationPath = _layout.ConfigurationPath,
        BinDirectory = _layout.BinDirectory,
        KubernetesVersion = _layout.KubernetesVersion,
    };

    private List<CredentialProvider> CheckConfiguration(NodeTree planned, List<NodeFileChange> changes)
    {
        var path = _layout.ConfigurationPath;
        var isDirectory = planned.IsDirectory(path);
        var version = _layout.KubernetesVersion ?? KubernetesVersion.Latest;
        if (isDirectory && version < new KubernetesVersion(1, 34))
        {
            _refusals.Add($"\"{path}\" is a directory, which Kubernetes {version} does not read; name a file");
            return [];
        }

        var files = isDirectory
            ? planned.List(path).Where(name => Path.GetExtension(name) is ".yaml" or ".yml" or ".json").Select(name => $"{path.TrimEnd('/')}/{name}")
            : [path];
        var providers = new List<CredentialProvider>();
        foreach (var file in files)
        {
            if (!CredentialProviderConfig.TryParse(planned.ReadBytes(file), file, out var config, out var problems))
            {
                _refusals.AddRange(problems.Select(problem => problem.ToString()));
                continue;
            }

            // What the kubelet accepts and what does not work, such as a pattern that matches nothing.
            var isPrivate = changes.Any(change => change.Path == file && !change.Mode.HasFlag(UnixFileMode.OtherRead));
            _warnings.AddRange(CredentialProviderConfig.Parse(planned.ReadBytes(file), _tree.HostPath(file)).Lint()
                .Where(warning => warning.WarningId != "readable-secret" || !isPrivate)
                .Select(warning => warning.ToString()));

            // Of several files, one may have no providers.
            _refusals.AddRange((config.Providers.Count > 0 ? config.Validate(version) : ConfigProblemCollection.None).Select(problem => problem.ToString()));
            providers.AddRange(config.Providers);
        }

        // The protocol has the versions of the configuration, each since the same version of Kubernetes.
        var known = DesiredProvider.VersionFor(version);
        _refusals.AddRange(providers.Where(provider => IsNewer(provider.ApiVersion, known)).Select(provider =>
            $"Kubernetes {version} does not know the apiVersion {MessageText.Quote(provider.ApiVersion)} of the provider "
                + $"{MessageText.Quote(provider.Name)}; use {DesiredProvider.ProtocolGroup}{known}"));

        _refusals.AddRange(providers.GroupBy(provider => provider.Name).Where(group => group.Count() > 1)
            .Select(group => $"\"{path}\" has two providers with the name {MessageText.Quote(group.Key)}; rename one"));
        return providers;
    }

    private static bool IsNewer(string apiVersion, string known) => known switch
    {
        "v1beta1" => apiVersion == DesiredProvider.ProtocolGroup + "v1",
        "v1alpha1" => apiVersion != DesiredProvider.ProtocolGroup + known,
        _ => false,
    };

    private SetupRecord Extend(SetupRecord record, List<NodeFileChange> changes, IReadOnlyList<string> words)
    {
        List<SetupRecordEntry> entries = [.. record.Entries];
        foreach (var change in changes)
        {
            var after = change.SourcePath is null ? SetupRecord.HashOf(change.NewContent!.Value.Span) : HashOfFile(change.SourcePath);
            var meaning = change.Role == NodeFileRole.Configuration ? ConfigurationMeaning.HashOf(change.NewContent!.Value.Span) : null;
            var index = entries.FindIndex(entry => entry.Path == change.Path);
            if (index >= 0)
            {
                entries[index] = entries[index] with { After = after, Meaning = meaning };
                continue;
            }

            var before = !change.Exists ? null
                : change.OldContent is { } content ? SetupRecord.HashOf(content.Span)
                : HashOfFile(_tree.HostPath(change.Path));
            entries.Add(new SetupRecordEntry(change.Path, change.Role, before, change.OldMode ?? default, change.BackupPath, after, meaning));
        }

        var directories = record.Directories.Concat(changes.SelectMany(change => MissingDirectories(_tree, change.Path)));
        return new SetupRecord(entries, [.. directories.Distinct()], [.. record.Flags.Concat(words).Distinct()]);
    }

    private static string HashOfFile(string path)
    {
        using var file = File.OpenRead(path);
        return SetupRecord.HashOf(file);
    }
}
