namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>A program in the comparison, and the command that requests the same credential from it.</summary>
internal sealed record Contender(string Name, string Path, IReadOnlyList<string> Arguments, string Input, IReadOnlyDictionary<string, string> Environment);
