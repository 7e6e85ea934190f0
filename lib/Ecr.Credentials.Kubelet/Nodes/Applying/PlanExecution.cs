using System.Runtime.ExceptionServices;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Planning;
using Ecr.Credentials.Kubelet.Nodes.Records;
using Ecr.Credentials.Kubelet.Nodes.Restarting;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Applying;

/// <summary>One application of a plan.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PlanExecution
{
    // Where an executable that is replaced is kept until everything has succeeded.
    private const string ReplacedSuffix = ".ecr-old";

    private readonly NodeSetupPlan _plan;
    private readonly NodeApplyOptions _options;
    private readonly NodeTree _tree;
    private readonly NodeFileWriter _writer;

    // What puts back each change that was made, in the order of the changes.
    private readonly Stack<Action> _undo = new();
    private readonly List<string> _kept = [];

    public PlanExecution(NodeSetupPlan plan, NodeApplyOptions options)
    {
        _plan = plan;
        _options = options;
        _tree = plan.Layout.Tree;
        _writer = options.Writer ?? new NodeFileWriter();
    }

    public async Task<NodeSetupResult> RunAsync(CancellationToken cancellationToken)
    {
        if (FindObstacle() is { } obstacle)
        {
            return new NodeSetupResult(NodeSetupOutcome.Refused, obstacle);
        }

        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (_plan.Changes.Count == 0)
            {
                // An interrupted run may have left files that are no longer used.
                CleanUp();
                if (_options is not { Restart: true } || _plan.ServiceToRestart is null)
                {
                    return new NodeSetupResult(NodeSetupOutcome.NothingToDo, "");
                }
            }
            else
            {
                MakeChanges();
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return PutBack(MessageText.OneLine(exception.Message));
        }

        return await FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<NodeSetupResult> FinishAsync(CancellationToken cancellationToken)
    {
        TimeSpan? restartTime = null;
        KubeletRestart? restart = null;
        try
        {
            if (!_plan.IsRemoval && CheckStart() is { } reason)
            {
                return PutBack(reason);
            }

            var problem = _options.CheckBeforeRestart is { } check ? await check(cancellationToken).ConfigureAwait(false) : null;
            if (problem is not null)
            {
                return PutBack(problem);
            }

            if (_options.Restart && _plan.ServiceToRestart is { } service)
            {
                restart = _options.Restarter ?? new KubeletRestart(_options.TimeProvider);
                var started = _options.TimeProvider.GetTimestamp();
                problem = await restart.RunAsync(_plan.Layout, service, _plan.IsRemoval, _options.RestartTimeout, cancellationToken).ConfigureAwait(false);
                if (problem is not null)
                {
                    return await PutBackAndRestartAsync(restart, service, problem).ConfigureAwait(false);
                }

                restartTime = _options.TimeProvider.GetElapsedTime(started);
            }
        }
        catch (OperationCanceledException exception)
        {
            // Canceled, everything is put back; only then the caller hears of it.
            var result = restart is null
                ? PutBack("canceled")
                : await PutBackAndRestartAsync(restart, _plan.ServiceToRestart!, "canceled").ConfigureAwait(false);
            if (result.Outcome == NodeSetupOutcome.RolledBack)
            {
                ExceptionDispatchInfo.Throw(exception);
            }

            return result;
        }

        try
        {
            CleanUp();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new NodeSetupResult(
                NodeSetupOutcome.Failed, $"the changes were made, but not all leftovers removed: {MessageText.OneLine(exception.Message)}");
        }

        var backups = _plan.IsRemoval ? [] : _plan.Record.Entries.Where(entry => entry.Backup is not null).Select(entry => entry.Backup!).ToArray();
        return new NodeSetupResult(NodeSetupOutcome.Applied, "", backups) { RestartTime = restartTime };
    }

    // What the kubelet checks when it starts, with the files as they are now.
    private string? CheckStart()
    {
        var layout = _plan.Layout;
        var problems = CredentialProviderConfig.CheckStart(
            layout.GetHostPath(layout.ConfigurationPath),
            layout.GetHostPath(layout.BinDirectory),
            layout.KubernetesVersion ?? KubernetesVersion.Latest);
        if (problems.Count > 0)
        {
            return $"the kubelet would not start: {problems[0]}";
        }

        // A mounted tree may be mounted with other options than on its node.
        var executable = layout.GetHostPath($"{layout.BinDirectory}/{DesiredProvider.Name}");
        return !_tree.IsOwn || NodeFileWriter.CanExecute(executable)
            ? null
            : $"\"{executable}\" cannot be executed: its file system is mounted with noexec; choose another directory";
    }

    private string? FindObstacle()
    {
        if (_plan.Refusals.Count > 0)
        {
            return _plan.Refusals[0];
        }

        if (_plan.Layout.IsImmutable)
        {
            return $"files of {_plan.Layout.Distribution} cannot be changed; add the instructions to its own configuration";
        }

        if (_plan.MissingPermissions.Count > 0)
        {
            return $"no permission to write \"{_plan.MissingPermissions[0]}\"; run as root";
        }

        if (_options is { Restart: true, Restarter: null } && !_tree.IsOwn)
        {
            return "a kubelet can only be restarted on its own node";
        }

        // A plan may have been shown for a while.
        var changed = _plan.Changes.FirstOrDefault(change => change.OldContent is { } old
            ? _tree.ReadBytes(change.Path) is not { } current || !old.Span.SequenceEqual(current)
            : change.Exists != _tree.Exists(change.Path));
        return changed is null ? null : $"\"{changed.Path}\" has changed since the plan was made; try again";
    }

    private void MakeChanges()
    {
        if (!_plan.IsRemoval)
        {
            // The record first: what it does not know is not undone.
            CreateDirectories(SetupPlanner.MissingDirectories(_tree, SetupRecord.Path));
            WriteRecord();
            CreateDirectories(_plan.Record.Directories);
            foreach (var change in _plan.Changes.Where(change => change.BackupPath is not null))
            {
                BackUp(change);
            }
        }

        foreach (var change in _plan.Changes)
        {
            Make(change);
        }
    }

    private void CreateDirectories(IEnumerable<string> directories)
    {
        foreach (var directory in directories.Select(_tree.HostPath).Where(directory => !Directory.Exists(directory)))
        {
            _writer.CreateDirectory(directory);
            _undo.Push(() => _writer.DeleteDirectory(directory));
        }
    }

    private void WriteRecord()
    {
        var path = _tree.HostPath(SetupRecord.Path);
        var before = File.Exists(path) ? File.ReadAllBytes(path) : null;
        var after = _plan.Record.Write();
        if (before is not null && before.AsSpan().SequenceEqual(after))
        {
            return;
        }

        _writer.Write(path, PlanFiles.SecretMode, file => file.Write(after));
        _undo.Push(() => Restore(path, before, PlanFiles.SecretMode));
    }

    // Only the first set-up makes one, so that a removal leads back to the very beginning.
    private void BackUp(NodeFileChange change)
    {
        var backup = _tree.HostPath(change.BackupPath!);
        var path = _tree.HostPath(change.Path);
        var entry = _plan.Record.Find(change.Path)!;
        if (entry.Backup is null || (File.Exists(backup) && HashOf(backup) == entry.Before) || HashOf(path) != entry.Before)
        {
            return;
        }

        _writer.Write(
            backup,
            entry.BeforeMode,
            file =>
            {
                using var source = File.OpenRead(path);
                source.CopyTo(file);
            },
            like: path);
        _undo.Push(() => _writer.Delete(backup));
    }

    private void Make(NodeFileChange change)
    {
        var path = _tree.HostPath(change.Path);
        if (change.OldContent is null && change.Exists)
        {
            var kept = path + ReplacedSuffix;
            _writer.Keep(path, kept);
            _kept.Add(kept);
            _undo.Push(() => _writer.PutBack(kept, path));
        }
        else
        {
            var before = change.OldContent?.ToArray();
            var mode = change.OldMode ?? change.Mode;
            _undo.Push(() => Restore(path, before, mode));
        }

        if (change.IsDeletion)
        {
            _writer.Delete(path);
        }
        else if (change.SourcePath is { } source)
        {
            using var content = File.OpenRead(source);
            _writer.Write(path, change.Mode, content.CopyTo);
        }
        else
        {
            _writer.Write(path, change.Mode, file => file.Write(change.NewContent!.Value.Span));
        }
    }

    private void Restore(string path, byte[]? before, UnixFileMode mode)
    {
        if (before is null)
        {
            _writer.Delete(path);
        }
        else
        {
            _writer.Write(path, mode, file => file.Write(before));
        }
    }

    private NodeSetupResult PutBack(string reason)
    {
        if (_plan.Changes.Count == 0)
        {
            return new NodeSetupResult(NodeSetupOutcome.Failed, reason);
        }

        try
        {
            while (_undo.TryPeek(out var undo))
            {
                undo();
                _undo.Pop();
            }

            return new NodeSetupResult(NodeSetupOutcome.RolledBack, reason);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new NodeSetupResult(NodeSetupOutcome.Failed, $"{reason}; and not everything could be put back: {MessageText.OneLine(exception.Message)}");
        }
    }

    private async Task<NodeSetupResult> PutBackAndRestartAsync(KubeletRestart restart, string service, string reason)
    {
        var result = PutBack(reason);

        // The caller's cancellation must not leave the node without a kubelet.
        var problem = await restart.RunAsync(_plan.Layout, service, isRemoval: true, _options.RestartTimeout, CancellationToken.None).ConfigureAwait(false);
        return problem is null
            ? result
            : new NodeSetupResult(NodeSetupOutcome.Failed, $"{result.Message}; and after everything was put back: {problem}");
    }

    private void CleanUp()
    {
        var record = _tree.HostPath(SetupRecord.Path);
        List<string> leftovers = [.. _kept, record + NodeFileWriter.IncompleteSuffix];
        foreach (var entry in _plan.Record.Entries)
        {
            var path = _tree.HostPath(entry.Path);
            leftovers.AddRange([path + NodeFileWriter.IncompleteSuffix, path + ReplacedSuffix]);
            if (entry.Backup is not null)
            {
                var backup = _tree.HostPath(entry.Backup);
                leftovers.AddRange(_plan.IsRemoval ? [backup, backup + NodeFileWriter.IncompleteSuffix] : [backup + NodeFileWriter.IncompleteSuffix]);
            }
        }

        foreach (var leftover in leftovers)
        {
            _writer.Delete(leftover);
        }

        if (_plan.IsRemoval)
        {
            // The record goes last: until then a removal that is interrupted can be completed.
            DeleteDirectories(_plan.Record.Directories.Reverse().Select(_tree.HostPath));
            _writer.Delete(record);
            DeleteDirectories([Path.GetDirectoryName(record)!]);
        }
    }

    private void DeleteDirectories(IEnumerable<string> directories)
    {
        foreach (var directory in directories)
        {
            _writer.DeleteDirectory(directory);
        }
    }

    private static string HashOf(string path)
    {
        using var file = File.OpenRead(path);
        return SetupRecord.HashOf(file);
    }
}
