namespace Ecr.Credentials.Matching;

/// <summary>Finds the pattern paths that are a prefix of an image's path.</summary>
/// <remarks>
/// In ordinal order, everything between a text and one of its prefixes starts with that prefix. Take the last pattern path that does not sort after
/// the image's path: every pattern path that is a prefix of the image's path is that one or a prefix of it, and is found by following the chain of
/// longest prefixes.
/// </remarks>
internal sealed class PathIndex
{
    private const int None = -1;

    private readonly Entry[] _entries;

    public PathIndex(IndexedPattern[] patterns)
    {
        IGrouping<string, IndexedPattern>[] groups =
        [
            .. patterns
                .GroupBy(indexed => indexed.Pattern.Path, StringComparer.Ordinal)
                .OrderBy(same => same.Key, StringComparer.Ordinal),
        ];

        _entries = new Entry[groups.Length];
        for (var i = 0; i < _entries.Length; i++)
        {
            var path = groups[i].Key;
            var firstIndex = groups[i].Min(indexed => indexed.Index);
            var prefix = i - 1;
            while (prefix != None && !path.StartsWith(_entries[prefix].Path, StringComparison.Ordinal))
            {
                prefix = _entries[prefix].LongestPrefix;
            }

            _entries[i] = new Entry(path, prefix, prefix == None ? firstIndex : Math.Min(firstIndex, _entries[prefix].FirstIndex));
        }
    }

    /// <returns>The lowest index of a pattern whose path is a prefix of this path; <see cref="int.MaxValue"/> if there is none.</returns>
    public int FirstMatch(ReadOnlySpan<char> path)
    {
        var candidate = LastNotAfter(path);
        while (candidate != None && !path.StartsWith(_entries[candidate].Path))
        {
            candidate = _entries[candidate].LongestPrefix;
        }

        return candidate == None ? int.MaxValue : _entries[candidate].FirstIndex;
    }

    private int LastNotAfter(ReadOnlySpan<char> path)
    {
        var low = 0;
        var high = _entries.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (path.SequenceCompareTo(_entries[middle].Path) >= 0)
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

    /// <param name="Path">The path.</param>
    /// <param name="LongestPrefix">The position of the longest other path that is a prefix of it, or <see cref="None"/>.</param>
    /// <param name="FirstIndex">The lowest index of a pattern with this path or a prefix of it.</param>
    private readonly record struct Entry(string Path, int LongestPrefix, int FirstIndex);
}
