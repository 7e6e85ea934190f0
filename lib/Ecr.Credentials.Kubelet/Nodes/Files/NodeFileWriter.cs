using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Kubelet.Nodes.Files;

/// <summary>Changes files so that after a crash each is the old or the new one, on disk too.</summary>
/// <remarks>Paths are those of this process, without symbolic links.</remarks>
/// <param name="beforeStep">Called before each change of the file system, for tests; an exception from it is a crash.</param>
[SupportedOSPlatform("linux")]
internal sealed class NodeFileWriter(Action<string>? beforeStep = null)
{
    /// <summary>What is written next to a file until it is complete.</summary>
    public const string IncompleteSuffix = ".ecr-new";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = OwnerOnly | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // https://man7.org/linux/man-pages/man7/xattr.7.html
    private static readonly byte[] SecurityLabel = LibC.NullTerminated("security.selinux");

    /// <summary>Creates a directory whose parent exists.</summary>
    public void CreateDirectory(string path)
    {
        Step($"mkdir {path}");
        Directory.CreateDirectory(path, DirectoryMode);
        Synchronize(Path.GetDirectoryName(path)!);
    }

    /// <summary>Replaces or creates a file.</summary>
    /// <param name="path">The file. What it replaces passes on its owner and security label.</param>
    /// <param name="mode">The permissions.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="like">The file to take owner and label from if there is nothing to replace.</param>
    /// <exception cref="IOException">It failed, and the file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted, and the file is as it was.</exception>
    public void Write(string path, UnixFileMode mode, Action<Stream> write, string? like = null)
    {
        var incomplete = path + IncompleteSuffix;
        try
        {
            Delete(incomplete);
            Step($"create {incomplete}");
            using (var file = new FileStream(
                incomplete, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly, BufferSize = 0 }))
            {
                Step($"write {incomplete}");
                write(file);
                TakeOver(File.Exists(path) ? path : like, incomplete);
                File.SetUnixFileMode(incomplete, mode);
                Step($"fsync {incomplete}");
                file.Flush(flushToDisk: true);
            }

            Step($"rename {incomplete}");
            File.Move(incomplete, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(incomplete);
            throw;
        }

        Synchronize(Path.GetDirectoryName(path)!);
    }

    /// <summary>Deletes a file if it exists.</summary>
    public void Delete(string path)
    {
        if (NodeFileStatus.Of(path) is null)
        {
            return;
        }

        Step($"unlink {path}");
        File.Delete(path);
        Synchronize(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes a directory if it is empty.</summary>
    public void DeleteDirectory(string path)
    {
        if (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).Any())
        {
            return;
        }

        Step($"rmdir {path}");
        Directory.Delete(path);
        Synchronize(Path.GetDirectoryName(path)!);
    }

    /// <summary>Gives a file a second name, which keeps the content when the first one is replaced.</summary>
    public void Keep(string path, string secondName)
    {
        Delete(secondName);
        Step($"link {secondName}");
        Check(NodeLibC.Link(LibC.NullTerminated(path), LibC.NullTerminated(secondName)), "link", secondName);
    }

    /// <summary>Puts back what <see cref="Keep"/> has kept.</summary>
    public void PutBack(string secondName, string path)
    {
        Step($"rename {secondName}");
        File.Move(secondName, path, overwrite: true);

        // Renaming one name of a file to another of its names does nothing: https://man7.org/linux/man-pages/man2/rename.2.html
        Delete(secondName);
        Synchronize(Path.GetDirectoryName(path)!);
    }

    /// <summary>Whether files in a directory, or in the nearest one that exists, can be replaced.</summary>
    public static bool CanWriteIn(string directory)
    {
        while (!Directory.Exists(directory) && Path.GetDirectoryName(directory) is { } parent)
        {
            directory = parent;
        }

        return NodeLibC.CheckAccess(
            NodeLibC.CurrentDirectory, LibC.NullTerminated(directory), NodeLibC.WriteAndSearch, NodeLibC.EffectiveIds) == 0;
    }

    /// <summary>Whether a file can be executed; also false on a file system that is mounted with <c>noexec</c>.</summary>
    public static bool CanExecute(string path) =>
        NodeLibC.CheckAccess(NodeLibC.CurrentDirectory, LibC.NullTerminated(path), NodeLibC.Execute, NodeLibC.EffectiveIds) == 0;

    private void Step(string step) => beforeStep?.Invoke(step);

    private static void TakeOver(string? from, string to)
    {
        if (from is null || NodeFileStatus.Of(from) is not { } old || NodeFileStatus.Of(to) is not { } created)
        {
            return;
        }

        if ((old.Owner, old.Group) != (created.Owner, created.Group))
        {
            Check(NodeLibC.ChangeOwner(LibC.NullTerminated(to), old.Owner, old.Group), "chown", to);
        }

        var label = new byte[1024];
        var length = NodeLibC.GetAttribute(LibC.NullTerminated(from), SecurityLabel, label, (nuint)label.Length);
        if (length > 0)
        {
            Check(NodeLibC.SetAttribute(LibC.NullTerminated(to), SecurityLabel, label, (nuint)length, 0), "set the SELinux label of", to);
        }
    }

    // The name of a file is on disk only once its directory is.
    private static void Synchronize(string directory)
    {
        var handle = NodeLibC.Open(LibC.NullTerminated(directory), NodeLibC.ReadOnlyCloseOnExec);
        Check(handle, "open", directory);
        try
        {
            Check(NodeLibC.Synchronize(handle), "fsync", directory);
        }
        finally
        {
            _ = NodeLibC.Close(handle);
        }
    }

    private static void Check(int result, string action, string path)
    {
        if (result < 0)
        {
            var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"cannot {action} \"{path}\": {reason}"));
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next run deletes it.
        }
    }
}
