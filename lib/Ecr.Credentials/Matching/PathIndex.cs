namespace Ecr.Credentials.Matching;

/// <summary>Finds, among the paths of patterns, those that an image's path begins with.</summary>
/// <remarks>
/// In ordinal order, everything between a text and one of its prefixes begins with that prefix. So all paths that an image's path begins with
/// are prefixes of the last path that is not behind it, or that path itself, and following each path's longest prefix finds them all.
/// </remarks>
internal sealed class PathIndex
{
    private const int None = -1;

    private readonly string[] _paths;
    private readonly int[] _longestPrefix;
    private readonly int[] _firstIndex;

    public PathIndex((string Path, int Index)[] patterns)
    {
        (string Path, int Index)[] sorted =
        [
            .. patterns
                .GroupBy(pattern => pattern.Path, (path, same) => (Path: path, Index: same.Min(pattern => pattern.Index)), StringComparer.Ordinal)
                .OrderBy(pattern => pattern.Path, StringComparer.Ordinal),
        ];

        _paths = [.. sorted.Select(pattern => pattern.Path)];
        _longestPrefix = new int[sorted.Length];
        _firstIndex = new int[sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            int prefix = i - 1;
            while (prefix != None && !_paths[i].StartsWith(_paths[prefix], StringComparison.Ordinal))
            {
                prefix = _longestPrefix[prefix];
            }

            _longestPrefix[i] = prefix;
            _firstIndex[i] = prefix == None ? sorted[i].Index : Math.Min(sorted[i].Index, _firstIndex[prefix]);
        }
    }

    /// <returns>The lowest index of a pattern whose path begins this path; <see cref="int.MaxValue"/> if there is none.</returns>
    public int FirstMatch(ReadOnlySpan<char> path)
    {
        int candidate = LastNotBehind(path);
        while (candidate != None && !path.StartsWith(_paths[candidate]))
        {
            candidate = _longestPrefix[candidate];
        }

        return candidate == None ? int.MaxValue : _firstIndex[candidate];
    }

    private int LastNotBehind(ReadOnlySpan<char> path)
    {
        int low = 0;
        int high = _paths.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (path.SequenceCompareTo(_paths[middle]) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }
}
