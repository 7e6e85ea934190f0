namespace Ecr.Credentials.Matching;

/// <summary>Finds the first of many patterns that matches.</summary>
/// <remarks>
/// Every group of patterns with the same host and port is filed under one <see cref="Anchor"/>: a literal that an image must have at a
/// certain place if any of the group matches it. Of the keys a group could have, it gets the one that fewest groups share. An image is
/// looked up under each place that is in use for its number of labels, and the groups found there are tried.
/// </remarks>
internal sealed class HostIndex
{
    private readonly Dictionary<int, SlotLookup[]> _probesByLabelCount;
    private readonly PatternGroup[] _groupsWithClasses;

    public HostIndex(ImagePattern[] patterns)
    {
        PatternGroup[] groups =
        [
            .. patterns
                .Select((pattern, index) => (Pattern: pattern, Index: index))
                .GroupBy(indexed => (indexed.Pattern.Host.Text, indexed.Pattern.Port))
                .Select(same => new PatternGroup(
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
            var position = IndexSlot.PortField;
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
        ReadOnlySpan<PatternGroup> groups, ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path, int first)
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

    private static SlotLookup[] Index(PatternGroup[] groups)
    {
        Dictionary<Anchor, int> uses = [];
        foreach (var key in groups.SelectMany(Anchor.AllOf))
        {
            uses[key] = uses.GetValueOrDefault(key) + 1;
        }

        return
        [
            .. groups
                .Select(group => (Group: group, Key: Anchor.AllOf(group).MinBy(key => uses[key])))
                .GroupBy(filed => filed.Key.Place)
                .OrderBy(samePlace => samePlace.Key.Field)
                .Select(samePlace => new SlotLookup(samePlace.Key, samePlace.ToLookup(filed => filed.Key.Text, filed => filed.Group))),
        ];
    }

    private static int LabelCount(ReadOnlySpan<char> host) => host.Count('.') + 1;
}
