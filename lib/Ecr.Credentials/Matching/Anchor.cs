namespace Ecr.Credentials.Matching;

/// <summary>A literal that every image matched by a pattern has in a given slot.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Text">The literal.</param>
internal sealed record Anchor(IndexSlot Slot, string Text)
{
    /// <summary>Returns all anchors of a group: at least one, because a port is always a literal, even if empty.</summary>
    public static IEnumerable<Anchor> GetAll(PatternGroup group)
    {
        yield return Whole(IndexSlot.PortField, group.Port);

        var field = IndexSlot.PortField;
        foreach (var label in group.Host.Text.Split('.').Reverse())
        {
            field++;
            var firstStar = label.IndexOf('*', StringComparison.Ordinal);
            var lastStar = label.LastIndexOf('*');
            if (firstStar < 0)
            {
                yield return Whole(field, label);
                continue;
            }

            if (firstStar > 0)
            {
                yield return Partial(field, AnchorKind.Start, label[..firstStar]);
            }

            if (lastStar < label.Length - 1)
            {
                yield return Partial(field, AnchorKind.End, label[(lastStar + 1)..]);
            }
        }
    }

    private static Anchor Whole(int field, string text) => new(new IndexSlot(field, AnchorKind.Whole, 0), text);

    private static Anchor Partial(int field, AnchorKind kind, string text) => new(new IndexSlot(field, kind, text.Length), text);
}
