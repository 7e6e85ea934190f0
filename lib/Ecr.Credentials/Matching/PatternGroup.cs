namespace Ecr.Credentials.Matching;

/// <summary>The patterns of a set that have the same host and port; only their paths may differ.</summary>
internal sealed class PatternGroup
{
    // Most groups have a single path, which needs no index: fewer objects are touched.
    private readonly string? _onlyPath;
    private readonly PathIndex? _paths;

    /// <param name="patterns">At least one pattern, in order.</param>
    public PatternGroup(IndexedPattern[] patterns)
    {
        Host = patterns[0].Pattern.Host;
        Port = patterns[0].Pattern.Port;
        FirstIndex = patterns[0].Index;
        if (patterns.Length == 1)
        {
            _onlyPath = patterns[0].Pattern.Path;
        }
        else
        {
            _paths = new PathIndex(patterns);
        }
    }

    public HostGlob Host { get; }

    public string Port { get; }

    /// <summary>The lowest index of the group's patterns in the set.</summary>
    public int FirstIndex { get; }

    /// <returns>The lowest index of a matching pattern; <see cref="int.MaxValue"/> if no pattern matches.</returns>
    public int FirstMatch(ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path)
    {
        if (!SchemelessUrl.IsSamePort(port, Port) || !Host.IsMatch(host))
        {
            return int.MaxValue;
        }

        if (_paths is not null)
        {
            return _paths.FirstMatch(path);
        }

        return path.StartsWith(_onlyPath) ? FirstIndex : int.MaxValue;
    }
}
