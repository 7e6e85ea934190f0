namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Paths as Go joins them, <see href="https://pkg.go.dev/path/filepath"/>.</summary>
internal static class GoPath
{
    /// <summary>Joins a directory and a name and removes <c>.</c>, <c>..</c> and repeated slashes from the result.</summary>
    public static string Join(string directory, string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Join(directory, name);
        }

        return directory.Length == 0 && name.Length == 0 ? ""
            : directory.Length == 0 ? Clean(name)
            : name.Length == 0 ? Clean(directory)
            : Clean($"{directory}/{name}");
    }

    /// <summary>What follows the last slash.</summary>
    public static string Base(string path)
    {
        var text = path.AsSpan().TrimEnd('/');
        return path.Length == 0 ? "." : text.IsEmpty ? "/" : text[(text.LastIndexOf('/') + 1)..].ToString();
    }

    /// <summary>The directories of a variable such as PATH, of which an empty one has none.</summary>
    public static string[] SplitList(string path) => path.Length == 0 ? [] : path.Split(Path.PathSeparator);

    private static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count > 0 && parts[^1] != "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                case ".." when isRooted:
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        var cleaned = string.Join('/', parts);
        return isRooted ? $"/{cleaned}" : cleaned.Length == 0 ? "." : cleaned;
    }
}
