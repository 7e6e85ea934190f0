namespace Ecr.Credentials.Matching;

/// <summary>The groups whose <see cref="Anchor"/> is in one slot.</summary>
internal sealed class SlotLookup
{
    private readonly IndexSlot _slot;
    private readonly Dictionary<string, PatternGroup[]>.AlternateLookup<ReadOnlySpan<char>> _groups;

    /// <param name="slot">The slot.</param>
    /// <param name="groups">The groups by the text of their anchor.</param>
    public SlotLookup(IndexSlot slot, ILookup<string, PatternGroup> groups)
    {
        _slot = slot;
        _groups = groups
            .ToDictionary(sameText => sameText.Key, sameText => sameText.OrderBy(group => group.FirstIndex).ToArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Field => _slot.Field;

    /// <summary>Returns the groups that may match an image with this field, ordered by their first pattern.</summary>
    public ReadOnlySpan<PatternGroup> Find(ReadOnlySpan<char> field)
    {
        if (field.Length < _slot.Length)
        {
            return default;
        }

        var text = _slot.Kind switch
        {
            AnchorKind.Start => field[.._slot.Length],
            AnchorKind.End => field[^_slot.Length..],
            _ => field,
        };
        return _groups.TryGetValue(text, out var groups) ? groups : default(ReadOnlySpan<PatternGroup>);
    }
}
