namespace Ecr.Credentials.Matching;

/// <summary>Where in an image a <see cref="Anchor"/> is found.</summary>
/// <param name="Field">0 for the port, or the number of the label, counted from the last, which is 1.</param>
/// <param name="Part">Which part of the field.</param>
/// <param name="Length">The length of the part; 0 if it is the whole field.</param>
internal readonly record struct IndexSlot(int Field, AnchorKind Part, int Length)
{
    public const int PortField = 0;
}
