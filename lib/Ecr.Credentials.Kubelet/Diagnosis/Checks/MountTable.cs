namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>The mounts of this process: <see href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html"/>.</summary>
internal static class MountTable
{
    private const int PathField = 4;
    private const int OptionsField = 5;

    /// <summary>The mount that a path is on; null if the file cannot be read.</summary>
    public static (string Path, bool IsNoExec)? Find(string mountFile, string path)
    {
        (string Path, bool IsNoExec)? found = null;
        if (!File.Exists(mountFile))
        {
            return null;
        }

        foreach (var line in File.ReadLines(mountFile))
        {
            var fields = line.Split(' ');
            if (fields.Length <= OptionsField)
            {
                continue;
            }

            // Of mounts at the same place, the last is the one that is seen.
            var mount = Unescape(fields[PathField]);
            var isBelow = mount == "/" || path == mount || path.StartsWith($"{mount}/", StringComparison.Ordinal);
            if (isBelow && (found is null || mount.Length >= found.Value.Path.Length))
            {
                found = (mount, fields[OptionsField].Split(',').Contains("noexec"));
            }
        }

        return found;
    }

    // Blanks and backslashes are octal numbers.
    private static string Unescape(string text) =>
        text.Replace(@"\040", " ", StringComparison.Ordinal).Replace(@"\011", "\t", StringComparison.Ordinal)
            .Replace(@"\012", "\n", StringComparison.Ordinal).Replace(@"\134", @"\", StringComparison.Ordinal);
}
