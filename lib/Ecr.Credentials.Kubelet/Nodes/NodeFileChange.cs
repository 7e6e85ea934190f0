using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>A file that a plan creates, replaces or deletes.</summary>
/// <remarks>Immutable. Contents may be secrets; <see cref="Diff"/> and <see cref="ToString"/> show none.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class NodeFileChange
{
    internal NodeFileChange(string path, ReadOnlyMemory<byte>? oldContent, ReadOnlyMemory<byte>? newContent)
    {
        Path = path;
        OldContent = oldContent;
        NewContent = newContent;
    }

    /// <summary>The path on the node.</summary>
    public string Path { get; }

    /// <summary>
    /// What is in the file now; <see langword="null"/> if it does not exist, or is the executable, which <see cref="SourcePath"/> or
    /// <see cref="BackupPath"/> replaces.
    /// </summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlyMemory<byte>? OldContent { get; }

    /// <summary>What will be in the file; <see langword="null"/> if it is deleted, or is copied from a file.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlyMemory<byte>? NewContent { get; }

    /// <summary>The file, on this machine, that is copied; <see langword="null"/> if <see cref="NewContent"/> is written.</summary>
    public string? SourcePath { get; internal init; }

    /// <summary>Whether the file exists now.</summary>
    public bool Exists { get; internal init; }

    /// <summary>Whether the file is deleted.</summary>
    public bool IsDeletion => NewContent is null && SourcePath is null;

    /// <summary>The permissions that the file gets. Owner and SELinux label of an existing file are kept.</summary>
    public UnixFileMode Mode { get; internal init; }

    /// <summary>Where the file as it was before the first set-up is kept, on the node; <see langword="null"/> if there was none or it is not needed.</summary>
    public string? BackupPath { get; internal init; }

    /// <summary>The change as <c>diff -u</c> shows it, with secrets masked.</summary>
    public string Diff { get; internal init; } = "";

    /// <summary>What the file is for; decides how it is undone.</summary>
    internal NodeFileRole Role { get; init; }

    /// <summary>The permissions now.</summary>
    internal UnixFileMode? OldMode { get; init; }

    /// <summary>What is done, and with which file.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"{(IsDeletion ? "delete" : Exists ? "replace" : "create")} {Path}";
}
