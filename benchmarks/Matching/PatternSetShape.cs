namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>In what the patterns of a set differ.</summary>
public enum PatternSetShape
{
    Registry,
    Region,
    Path,
}
