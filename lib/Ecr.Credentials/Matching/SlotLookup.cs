namespace Ecr.Credentials.Matching;

/// <summary>The groups whose <see cref="Anchor"/> is in one slot.</summary>
internal sealed class SlotLookup
{
    private readonly AnchorKind _kind;
    private readonly int _length;
    private readonly Dictionary<string, PatternGroup[]>.AlternateLookup<ReadOnlySpan<char>> _groups;

    /// <param name="slot">The slot.</param>
    /// <param name="groups">The groups by their anchor in this slot; each group in the order of the patterns.</param>
    public SlotLookup(IndexSlot slot, IEnumerable<IGrouping<Anchor, PatternGroup>> groups)
    {
        Field = slot.Field;
        _kind = slot.Kind;
        _length = slot.Length;
        _groups = groups
            .ToDictionary(sameAnchor => sameAnchor.Key.Text, sameAnchor => sameAnchor.ToArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Field { get; }

    /// <summary>Returns the groups that may match an image with this field, ordered by their first pattern.</summary>
    public ReadOnlySpan<PatternGroup> Find(ReadOnlySpan<char> field)
    {
        if (field.Length < _length)
        {
            return default;
        }

        var text = _kind switch
        {
            AnchorKind.Start => field[.._length],
            AnchorKind.End => field[^_length..],
            _ => field,
        };
        return _groups.TryGetValue(text, out var groups) ? groups : default(ReadOnlySpan<PatternGroup>);
    }
}
