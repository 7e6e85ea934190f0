namespace Ecr.Credentials.Matching;

/// <summary>The groups whose <see cref="Anchor"/> is at one place.</summary>
internal sealed class SlotLookup
{
    private readonly IndexSlot _place;
    private readonly Dictionary<string, PatternGroup[]>.AlternateLookup<ReadOnlySpan<char>> _groups;

    /// <param name="place">The place.</param>
    /// <param name="groups">The groups by the text of their key.</param>
    public SlotLookup(IndexSlot place, ILookup<string, PatternGroup> groups)
    {
        _place = place;
        _groups = groups
            .ToDictionary(sameKey => sameKey.Key, sameKey => sameKey.OrderBy(group => group.FirstIndex).ToArray(), StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public int Field => _place.Field;

    /// <summary>The groups that may match an image with this field, in the order of their first patterns.</summary>
    public ReadOnlySpan<PatternGroup> Find(ReadOnlySpan<char> field)
    {
        if (field.Length < _place.Length)
        {
            return default;
        }

        var key = _place.Part switch
        {
            AnchorKind.Start => field[.._place.Length],
            AnchorKind.End => field[^_place.Length..],
            _ => field,
        };
        return _groups.TryGetValue(key, out var groups) ? groups : default(ReadOnlySpan<PatternGroup>);
    }
}
