namespace Ecr.Credentials.Matching;

/// <summary>Finds the first matching pattern among many.</summary>
/// <remarks>
/// Each group of patterns with the same host and port is indexed by one <see cref="Anchor"/>, a literal that every image matched by the group has in
/// a given slot. Of a group's possible anchors, the one shared by the fewest groups is used. For an image, every slot in use for its label count is
/// looked up, and the groups found are tried.
/// <para>
/// What the index is built from are classes: NativeAOT compiles LINQ once for all of them, but anew for each structure.
/// </para>
/// </remarks>
internal sealed class HostIndex
{
    private readonly Dictionary<int, SlotLookup[]> _lookupsByLabelCount;
    private readonly PatternGroup[] _groupsWithClasses;

    public HostIndex(ImagePattern[] patterns)
    {
        PatternGroup[] groups =
        [
            .. patterns
                .Select((pattern, index) => new IndexedPattern(pattern, index))
                .GroupBy(indexed => $"{indexed.Pattern.Host.Text}:{indexed.Pattern.Port}", StringComparer.Ordinal)
                .Select(same => new PatternGroup([.. same])),
        ];

        _groupsWithClasses = [.. groups.Where(group => group.Host.HasClasses)];

        Dictionary<int, List<PatternGroup>> groupsByLabelCount = [];
        foreach (var group in groups.Where(group => !group.Host.HasClasses))
        {
            var labels = LabelCount(group.Host.Text);
            groupsByLabelCount.TryAdd(labels, []);
            groupsByLabelCount[labels].Add(group);
        }

        _lookupsByLabelCount = [];
        foreach (var (labels, sameCount) in groupsByLabelCount)
        {
            _lookupsByLabelCount.Add(labels, Index(sameCount));
        }
    }

    /// <returns>The lowest index of a matching pattern; -1 if no pattern matches.</returns>
    public int FirstMatch(ReadOnlySpan<char> host, ReadOnlySpan<char> port, ReadOnlySpan<char> path)
    {
        var first = FirstMatch(_groupsWithClasses, host, port, path, int.MaxValue);
        if (_lookupsByLabelCount.TryGetValue(LabelCount(host), out var lookups))
        {
            // Lookups are ordered by field: the port, then the labels from last to first.
            var field = port;
            var restOfHost = host;
            var position = IndexSlot.PortField;
            foreach (var lookup in lookups)
            {
                for (; position < lookup.Field; position++)
                {
                    var dot = restOfHost.LastIndexOf('.');
                    field = restOfHost[(dot + 1)..];
                    restOfHost = dot < 0 ? default : restOfHost[..dot];
                }

                first = FirstMatch(lookup.Find(field), host, port, path, first);
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

    private static SlotLookup[] Index(List<PatternGroup> groups)
    {
        Dictionary<Anchor, int> uses = [];
        foreach (var anchor in groups.SelectMany(Anchor.GetAll))
        {
            uses[anchor] = uses.GetValueOrDefault(anchor) + 1;
        }

        return
        [
            .. groups
                .GroupBy(group => Anchor.GetAll(group).MinBy(anchor => uses[anchor])!)
                .GroupBy(sameAnchor => sameAnchor.Key.Slot)
                .OrderBy(sameSlot => sameSlot.Key.Field)
                .Select(sameSlot => new SlotLookup(sameSlot.Key, sameSlot)),
        ];
    }

    private static int LabelCount(ReadOnlySpan<char> host) => host.Count('.') + 1;
}
