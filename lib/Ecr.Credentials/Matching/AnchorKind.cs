namespace Ecr.Credentials.Matching;

/// <summary>The part of a field that an <see cref="Anchor"/> covers.</summary>
internal enum AnchorKind
{
    Whole,
    Start,
    End,
}
