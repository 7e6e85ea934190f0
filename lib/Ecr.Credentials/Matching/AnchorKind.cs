namespace Ecr.Credentials.Matching;

/// <summary>Which part of a field a <see cref="Anchor"/> names.</summary>
internal enum AnchorKind
{
    Whole,
    Start,
    End,
}
