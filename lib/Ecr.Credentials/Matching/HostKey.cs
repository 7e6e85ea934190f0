namespace Ecr.Credentials.Matching;

/// <summary>A literal that an image has at a certain place if a pattern matches it.</summary>
/// <param name="Place">The place.</param>
/// <param name="Text">The literal.</param>
internal readonly record struct HostKey(HostPlace Place, string Text)
{
    /// <summary>All keys of a group; at least one, since a port is literal even if it is empty.</summary>
    public static IEnumerable<HostKey> AllOf(HostGroup group)
    {
        yield return Whole(HostPlace.PortField, group.Port);

        var field = HostPlace.PortField;
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
                yield return Partial(field, HostKeyPart.Start, label[..firstStar]);
            }

            if (lastStar < label.Length - 1)
            {
                yield return Partial(field, HostKeyPart.End, label[(lastStar + 1)..]);
            }
        }
    }

    private static HostKey Whole(int field, string text) => new(new HostPlace(field, HostKeyPart.Whole, 0), text);

    private static HostKey Partial(int field, HostKeyPart part, string text) => new(new HostPlace(field, part, text.Length), text);
}
