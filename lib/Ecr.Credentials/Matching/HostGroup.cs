namespace Ecr.Credentials.Matching;

/// <summary>The patterns of a set that have the same host and port and differ at most in the path.</summary>
internal sealed class HostGroup(HostGlob host, string port, (string Path, int Index)[] patterns)
{
    private readonly PathIndex _paths = new(patterns);

    public HostGlob Host { get; } = host;

    public string Port { get; } = port;

    /// <summary>The lowest index of the patterns in the set.</summary>
    public int FirstIndex { get; } = patterns.Min(pattern => pattern.Index);

    /// <returns>The lowest index of a pattern that matches; <see cref="int.MaxValue"/> if none does.</returns>
    public int FirstMatch(ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path) =>
        port.SequenceEqual(Port) && Host.IsMatch(host) ? _paths.FirstMatch(path) : int.MaxValue;
}
