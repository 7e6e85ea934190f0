using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Nodes.Files;
using Ecr.Credentials.Kubelet.Nodes.Records;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>Makes the changes of a plan from what is in the files now.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PlanFiles(NodeTree tree)
{
    public const string BackupSuffix = ".ecr-backup";
    public const UnixFileMode SecretMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode ReadableMode = SecretMode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    public const UnixFileMode ExecutableMode = ReadableMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Longer than any flag or path, shorter than the join tokens of some distributions, which are part of a command line.
    private const int MaxWordLength = 160;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with files that had to be read.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>The text of a file; null if it does not exist. A file that cannot be read is refused.</summary>
    public string? Read(string path)
    {
        if (!tree.Exists(path))
        {
            return null;
        }

        try
        {
            if (tree.ReadBytes(path) is { } content)
            {
                return Strict.GetString(content);
            }
        }
        catch (DecoderFallbackException)
        {
            Refusals.Add($"\"{path}\" is not UTF-8 text; convert it first");
            return null;
        }

        Refusals.Add($"cannot read \"{path}\": it must be a regular file of at most 1 MiB that this user may read");
        return null;
    }

    /// <summary>A file that gets a new text, or is deleted (null).</summary>
    public NodeFileChange? Text(NodeFileRole role, string path, string? before, string? after, UnixFileMode newMode, UnixFileMode? mode = null)
    {
        var oldMode = before is null ? null : tree.Status(path)?.Mode;
        var finalMode = mode ?? oldMode ?? newMode;
        if (before == after && (after is null || finalMode == oldMode))
        {
            return null;
        }

        return new NodeFileChange(path, Encode(before), Encode(after))
        {
            Role = role,
            Exists = before is not null,
            Mode = finalMode,
            OldMode = oldMode,
            BackupPath = before is null ? null : path + BackupSuffix,
            Diff = DiffOf(role, path, before, after, oldMode, finalMode),
        };
    }

    /// <summary>An executable that is copied; null if it is there already.</summary>
    public NodeFileChange? Executable(string path, string source)
    {
        var status = tree.Status(path);
        var target = tree.HostPath(path);
        if (status is { IsRegularFile: true, Mode: ExecutableMode } && AreEqual(source, target))
        {
            return null;
        }

        return new NodeFileChange(path, null, null)
        {
            Role = NodeFileRole.Executable,
            SourcePath = source,
            Exists = status is not null,
            Mode = ExecutableMode,
            OldMode = status?.Mode,
            BackupPath = status is null ? null : path + BackupSuffix,
            Diff = $"Binary files {(status is null ? "/dev/null" : path)} and {path} differ\n",
        };
    }

    public static bool AreEqual(string first, string second)
    {
        using var one = File.OpenRead(first);
        using var other = File.OpenRead(second);
        return one.Length == other.Length && SetupRecord.HashOf(one) == SetupRecord.HashOf(other);
    }

    private static ReadOnlyMemory<byte>? Encode(string? text) => text is null ? (ReadOnlyMemory<byte>?)null : Strict.GetBytes(text);

    private static string DiffOf(NodeFileRole role, string path, string? before, string? after, UnixFileMode? oldMode, UnixFileMode mode)
    {
        var hunks = role == NodeFileRole.Configuration
            ? ConfigurationDiff.Hunks(before, after)
            : UnifiedDiff.Hunks(MaskLongWords(before ?? ""), MaskLongWords(after ?? ""));
        var modes = oldMode is { } old && after is not null && old != mode ? $"old mode {Octal(old)}\nnew mode {Octal(mode)}\n" : "";
        return $"{modes}--- {(before is null ? "/dev/null" : path)}\n+++ {(after is null ? "/dev/null" : path)}\n{hunks}";
    }

    private static string MaskLongWords(string text) =>
        string.Join('\n', text.Split('\n').Select(line => string.Join(' ', line.Split(' ').Select(word => word.Length > MaxWordLength ? "***" : word))));

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0').ToString(CultureInfo.InvariantCulture);
}
