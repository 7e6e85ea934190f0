using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Records;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>Plans how a set-up is undone: what it wrote goes, what others wrote since stays.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RemovalPlanner
{
    private readonly NodeLayout _layout;
    private readonly NodeTree _tree;
    private readonly PlanFiles _files;
    private readonly List<string> _refusals = [];
    private readonly List<string> _warnings = [];

    public RemovalPlanner(NodeLayout layout)
    {
        _layout = layout;
        _tree = layout.Tree;
        _files = new PlanFiles(_tree);
    }

    public NodeSetupPlan Plan()
    {
        var record = SetupPlanner.ReadRecord(_tree, _refusals);
        if (record is null && _refusals.Count == 0)
        {
            _warnings.Add("nothing was set up on this node");
        }

        var changes = new List<NodeFileChange>();
        record ??= SetupRecord.Empty;

        // The reverse order: without flags the configuration is not read, without a configuration the plugin is not used.
        var configuration = record.Entries.FirstOrDefault(entry => entry.Role == NodeFileRole.Configuration) is { } entry ? Undo(entry, record) : null;
        var keepsConfiguration = configuration is { IsDeletion: false } && record.Find(configuration.Path)!.Before is null;
        if (keepsConfiguration)
        {
            _warnings.Add("the flags stay, because the configuration has other providers by now");
        }

        foreach (var flags in record.Entries.Reverse().Where(one => one.Role is NodeFileRole.Flags or NodeFileRole.FlagDropIn && !keepsConfiguration))
        {
            Add(Undo(flags, record));
        }

        Add(configuration);
        foreach (var executable in record.Entries.Where(one => one.Role == NodeFileRole.Executable))
        {
            Add(Undo(executable, record));
        }

        _refusals.AddRange(_files.Refusals);
        return new NodeSetupPlan(_layout)
        {
            IsRemoval = true,
            Changes = _refusals.Count == 0 ? changes : [],
            Refusals = _refusals,
            Warnings = _warnings,
            MissingPermissions = SetupPlanner.MissingPermissions(_tree, changes),
            ServiceToRestart = changes.Any(change => change.Role != NodeFileRole.Executable) ? _layout.Service : null,
            Record = record,
        };

        void Add(NodeFileChange? change)
        {
            if (change is not null)
            {
                changes.Add(change);
            }
        }
    }

    private NodeFileChange? Undo(SetupRecordEntry entry, SetupRecord record)
    {
        if (!_tree.Exists(entry.Path))
        {
            return null;
        }

        if (entry.Role == NodeFileRole.Executable)
        {
            return UndoExecutable(entry);
        }

        if (_files.Read(entry.Path) is not { } current)
        {
            return null;
        }

        var hash = SetupRecord.HashOf(Encoding.UTF8.GetBytes(current));
        if (hash == entry.Before)
        {
            // An earlier run was interrupted before it changed the file. Only its permissions can differ.
            return _files.Text(entry.Role, entry.Path, current, current, entry.BeforeMode, entry.BeforeMode);
        }

        var before = entry.Backup is null ? null : _files.Read(entry.Backup);
        if (entry.Backup is not null && before is null)
        {
            _refusals.Add($"the backup \"{entry.Backup}\" is missing; undo the change of \"{entry.Path}\" by hand");
            return null;
        }

        var after = hash == entry.After || entry.Role == NodeFileRole.FlagDropIn ? before
            : entry.Role == NodeFileRole.Configuration ? RemoveProvider(entry, current, before)
            : FlagChange.RemoveFrom(current, _layout.FlagPlace, _layout.FlagVariable, record.Flags) ?? current;

        // What others wrote into a file of their own keeps its permissions.
        return _files.Text(entry.Role, entry.Path, current, after, entry.BeforeMode, after == before && before is not null ? entry.BeforeMode : null);
    }

    private NodeFileChange? UndoExecutable(SetupRecordEntry entry)
    {
        var target = _tree.HostPath(entry.Path);
        using var file = File.OpenRead(target);
        var hash = SetupRecord.HashOf(file);
        if (hash == entry.Before)
        {
            return null;
        }

        if (hash != entry.After)
        {
            _warnings.Add($"\"{entry.Path}\" stays, because it was replaced by something else since");
            return null;
        }

        if (entry.Backup is not null && !_tree.IsFile(entry.Backup))
        {
            _refusals.Add($"the backup \"{entry.Backup}\" is missing; put the former \"{entry.Path}\" back by hand");
            return null;
        }

        return new NodeFileChange(entry.Path, null, null)
        {
            Role = NodeFileRole.Executable,
            Exists = true,
            SourcePath = entry.Backup is null ? null : _tree.HostPath(entry.Backup),
            Mode = entry.BeforeMode,
            OldMode = _tree.Status(entry.Path)?.Mode,
            Diff = $"Binary files {entry.Path} and {(entry.Backup is null ? "/dev/null" : entry.Path)} differ\n",
        };
    }

    // Null if nothing is left in a file that set-up created.
    private string? RemoveProvider(SetupRecordEntry entry, string current, string? before)
    {
        try
        {
            var former = before is null ? null : Find(before, entry.Path);
            var after = former is null
                ? CredentialProviderConfigEditor.Remove(current, DesiredProvider.Name)
                : CredentialProviderConfigEditor.Set(current, former);
            var isEmpty = CredentialProviderConfig.Parse(Encoding.UTF8.GetBytes(after), entry.Path).Providers.Count == 0;
            return isEmpty && before is null ? null : after;
        }
        catch (CredentialProviderConfigException exception)
        {
            _refusals.Add($"cannot change \"{entry.Path}\": {MessageText.OneLine(exception.Message)}");
            return current;
        }
    }

    private static CredentialProvider? Find(string text, string path) =>
        CredentialProviderConfig.Parse(Encoding.UTF8.GetBytes(text), path).Providers.FirstOrDefault(provider => provider.Name == DesiredProvider.Name);
}
