namespace Ecr.Credentials.Kubelet.Configuration.Files;

/// <summary>Paths as Go joins them: <see href="https://pkg.go.dev/path/filepath#Join"/>.</summary>
internal static class GoPath
{
    public static string Join(string directory, string name) => directory.Length == 0 ? Clean(name) : Clean($"{directory}/{name}");

    private static string Clean(string path)
    {
        if (path.Length == 0)
        {
            return "";
        }

        var isRooted = path[0] == '/';
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts is [.., not ".."])
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or ".") && !(part == ".." && isRooted))
            {
                parts.Add(part);
            }
        }

        var joined = string.Join('/', parts);
        return isRooted ? $"/{joined}" : joined.Length == 0 ? "." : joined;
    }
}
