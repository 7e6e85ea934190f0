namespace Ecr.Credentials.Kubelet.Nodes.Records;

/// <summary>A file that set-up has changed, or was about to.</summary>
/// <param name="Path">The path on the node.</param>
/// <param name="Role">What it is for.</param>
/// <param name="Before">The hash of what was there before the first set-up; null if there was nothing.</param>
/// <param name="BeforeMode">Its permissions.</param>
/// <param name="Backup">Where it is kept.</param>
/// <param name="After">The hash of what the last set-up wrote.</param>
/// <param name="Meaning">The hash of what the kubelet reads in it, of a configuration; null of other files, and in the records of earlier versions.</param>
internal sealed record SetupRecordEntry(
    string Path, NodeFileRole Role, string? Before, UnixFileMode BeforeMode, string? Backup, string After, string? Meaning);
