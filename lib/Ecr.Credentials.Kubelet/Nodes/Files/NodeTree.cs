using System.Runtime.Versioning;
using System.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Files;

/// <summary>The files of a node, below a directory where its file system is mounted. Nothing outside that directory is read.</summary>
/// <remarks>
/// Paths are those of the node: absolute, and symbolic links mean what they mean on the node. Immutable.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class NodeTree
{
    private const int MaxFileLength = 1 << 20;
    private const int MaxEntries = 10_000;

    // As many as the kernel follows: https://man7.org/linux/man-pages/man7/path_resolution.7.html
    private const int MaxLinks = 40;

    private readonly Dictionary<string, byte[]?> _planned;

    /// <param name="root">The directory where the node's file system is.</param>
    public NodeTree(string root)
        : this(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)), [])
    {
    }

    private NodeTree(string root, Dictionary<string, byte[]?> planned)
    {
        Root = root;
        _planned = planned;
    }

    public string Root { get; }

    /// <summary>Whether it is the file system of this process.</summary>
    public bool IsOwn => Root == "/";

    /// <summary>The same tree as if files had these contents already, or were gone (null).</summary>
    public NodeTree With(IEnumerable<(string RealPath, byte[]? Content)> planned) =>
        new(Root, planned.ToDictionary(file => file.RealPath, file => file.Content, StringComparer.Ordinal));

    /// <summary>The path for this process.</summary>
    public string HostPath(string path) => HostPathOf(Resolve(path));

    /// <summary>The path without symbolic links, as the node sees it. What does not exist is kept as it is.</summary>
    /// <exception cref="IOException">There are too many links.</exception>
    public string Resolve(string path)
    {
        var rest = new Stack<string>(Split(path).Reverse());
        var resolved = "";
        for (var links = 0; rest.TryPop(out var name);)
        {
            if (name is ".." or ".")
            {
                resolved = name == ".." ? ParentOf(resolved) : resolved;
                continue;
            }

            var candidate = $"{resolved}/{name}";
            if (_planned.ContainsKey(candidate) || LinkTargetOf(candidate) is not { } target)
            {
                resolved = candidate;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException($"too many levels of symbolic links: {path}");
            }

            resolved = target.StartsWith('/') ? "" : resolved;
            foreach (var part in Split(target).Reverse())
            {
                rest.Push(part);
            }
        }

        return resolved.Length == 0 ? "/" : resolved;
    }

    public bool IsFile(string path)
    {
        var real = Resolve(path);
        return _planned.TryGetValue(real, out var planned) ? planned is not null : StatusOf(real) is { IsRegularFile: true };
    }

    public bool IsDirectory(string path) => StatusOf(Resolve(path)) is { IsDirectory: true };

    public bool Exists(string path) => IsFile(path) || IsDirectory(path);

    /// <summary>Whether it is a link, even one to nothing.</summary>
    public string? ReadLink(string path) => LinkTargetOf($"{Resolve(ParentOf(path))}/{Path.GetFileName(path)}");

    /// <summary>The status of what the path leads to; null if there is nothing.</summary>
    public NodeFileStatus? Status(string path) => StatusOf(Resolve(path));

    /// <summary>The content of a regular file of at most 1 MiB; null for anything else.</summary>
    public byte[]? ReadBytes(string path)
    {
        var real = Resolve(path);
        if (_planned.TryGetValue(real, out var planned))
        {
            return planned;
        }

        // A pipe would block.
        if (StatusOf(real) is not { IsRegularFile: true })
        {
            return null;
        }

        try
        {
            using var file = File.OpenHandle(HostPathOf(real));
            var content = new byte[MaxFileLength + 1];
            var length = 0;
            for (int read; length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0; length += read)
            {
            }

            return length > MaxFileLength ? null : content[..length];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The text of a regular file of at most 1 MiB; null for anything else.</summary>
    public string? ReadText(string path) => ReadBytes(path) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>The lines of a file of any length; none if it cannot be read.</summary>
    public IEnumerable<string> ReadLines(string path) => IsFile(path) ? File.ReadLines(HostPath(path)) : [];

    /// <summary>The names in a directory in byte order; empty if it cannot be read.</summary>
    public IReadOnlyList<string> List(string path)
    {
        var real = Resolve(path);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        try
        {
            if (StatusOf(real) is { IsDirectory: true })
            {
                names.UnionWith(Directory.EnumerateFileSystemEntries(HostPathOf(real)).Take(MaxEntries).Select(entry => Path.GetFileName(entry)!));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        foreach (var (planned, content) in _planned)
        {
            if (ParentOf(planned) == (real == "/" ? "" : real))
            {
                _ = content is null ? names.Remove(Path.GetFileName(planned)) : names.Add(Path.GetFileName(planned));
            }
        }

        return [.. names];
    }

    private static string[] Split(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string ParentOf(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";

    private string HostPathOf(string real) => IsOwn ? real : Root + real;

    private string? LinkTargetOf(string real) => NodeFileStatus.IsPath(real) ? new FileInfo(HostPathOf(real)).LinkTarget : null;

    private NodeFileStatus? StatusOf(string real) => NodeFileStatus.Of(HostPathOf(real));
}
