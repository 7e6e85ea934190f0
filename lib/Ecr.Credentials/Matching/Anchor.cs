namespace Ecr.Credentials.Matching;

/// <summary>A literal that an image has at a certain place if a pattern matches it.</summary>
/// <param name="Place">The place.</param>
/// <param name="Text">The literal.</param>
internal readonly record struct Anchor(IndexSlot Place, string Text)
{
    /// <summary>All keys of a group; at least one, since a port is literal even if it is empty.</summary>
    public static IEnumerable<Anchor> AllOf(PatternGroup group)
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

    private static Anchor Partial(int field, AnchorKind part, string text) => new(new IndexSlot(field, part, text.Length), text);
}
