namespace Ecr.Credentials.Matching;

/// <summary>A pattern and its position in a set.</summary>
/// <param name="Pattern">The pattern.</param>
/// <param name="Index">The zero-based index in the set.</param>
internal sealed record IndexedPattern(ImagePattern Pattern, int Index);
