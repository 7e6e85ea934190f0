namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>A program in the comparison, and how it is asked for the same credential.</summary>
internal sealed record Contender(string Name, string Path, IReadOnlyList<string> Arguments, string Input, IReadOnlyDictionary<string, string> Environment);
