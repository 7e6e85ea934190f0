namespace Ecr.Credentials.Matching;

/// <summary>The position of an <see cref="Anchor"/> in an image.</summary>
/// <param name="Field">0 for the port; otherwise the number of the host label, counted from the last one, which is 1.</param>
/// <param name="Kind">The part of the field.</param>
/// <param name="Length">The length of the part; 0 for the whole field.</param>
internal sealed record IndexSlot(int Field, AnchorKind Kind, int Length)
{
    public const int PortField = 0;
}
