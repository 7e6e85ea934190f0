namespace Ecr.Credentials.Matching;

/// <summary>Finds the first of many patterns that matches.</summary>
/// <remarks>
/// Every group of patterns with the same host and port is filed under one <see cref="HostKey"/>: a literal that an image must have at a
/// certain place if any of the group matches it. Of the keys a group could have, it gets the one that fewest groups share. An image is
/// looked up under each place that is in use for its number of labels, and the groups found there are tried.
/// </remarks>
internal sealed class HostIndex
{
    private readonly Dictionary<int, HostProbe[]> _probesByLabelCount;
    private readonly HostGroup[] _groupsWithClasses;

    public HostIndex(ImagePattern[] patterns)
    {
        HostGroup[] groups =
        [
            .. patterns
                .Select((pattern, index) => (Pattern: pattern, Index: index))
                .GroupBy(indexed => (indexed.Pattern.Host.Text, indexed.Pattern.Port))
                .Select(same => new HostGroup(
                    same.First().Pattern.Host, same.Key.Port, [.. same.Select(indexed => (indexed.Pattern.Path, indexed.Index))])),
        ];

        _groupsWithClasses = [.. groups.Where(group => group.Host.HasClasses)];
        _probesByLabelCount = groups
            .Where(group => !group.Host.HasClasses)
            .GroupBy(group => LabelCount(group.Host.Text))
            .ToDictionary(sameCount => sameCount.Key, sameCount => Index([.. sameCount]));
    }

    /// <returns>The lowest index of a pattern that matches; -1 if none does.</returns>
    public int FirstMatch(ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path)
    {
        var first = FirstMatch(_groupsWithClasses, host, port, path, int.MaxValue);
        if (_probesByLabelCount.TryGetValue(LabelCount(host), out var probes))
        {
            // Probes are in the order of their fields: the port, then the labels from the last to the first.
            var field = port;
            var restOfHost = host;
            var position = HostPlace.PortField;
            foreach (var probe in probes)
            {
                for (; position < probe.Field; position++)
                {
                    var dot = restOfHost.LastIndexOf('.');
                    field = restOfHost[(dot + 1)..];
                    restOfHost = dot < 0 ? default : restOfHost[..dot];
                }

                first = FirstMatch(probe.Find(field), host, port, path, first);
            }
        }

        return first == int.MaxValue ? -1 : first;
    }

    private static int FirstMatch(
        ReadOnlySpan<HostGroup> groups, ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path, int first)
    {
        foreach (var group in groups)
        {
            if (group.FirstIndex >= first)
            {
                break;
            }

            first = Math.Min(first, group.FirstMatch(host, port, path));
        }

        return first;
    }

    private static HostProbe[] Index(HostGroup[] groups)
    {
        Dictionary<HostKey, int> uses = [];
        foreach (var key in groups.SelectMany(HostKey.AllOf))
        {
            uses[key] = uses.GetValueOrDefault(key) + 1;
        }

        return
        [
            .. groups
                .Select(group => (Group: group, Key: HostKey.AllOf(group).MinBy(key => uses[key])))
                .GroupBy(filed => filed.Key.Place)
                .OrderBy(samePlace => samePlace.Key.Field)
                .Select(samePlace => new HostProbe(samePlace.Key, samePlace.ToLookup(filed => filed.Key.Text, filed => filed.Group))),
        ];
    }

    private static int LabelCount(ReadOnlySpan<char> host) => host.Count('.') + 1;
}
