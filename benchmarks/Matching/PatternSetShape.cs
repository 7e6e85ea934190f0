namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>The part in which the patterns of a set differ.</summary>
public enum PatternSetShape
{
    Registry,
    Region,
    Path,
}
