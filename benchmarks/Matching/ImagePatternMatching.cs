using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>One pattern against one image, with all preparation done in advance.</summary>
public class ImagePatternMatching
{
    private ImagePattern _pattern = null!;
    private Func<string, bool> _compiledRegex = null!;
    private Func<string, bool> _nonBacktrackingRegex = null!;
    private Func<string, bool> _fileSystemName = null!;
    private Func<string, bool> _dotNetGlob = null!;

    [ParamsSource(nameof(Cases))]
    public MatchingCase Case { get; set; } = null!;

    public static IEnumerable<MatchingCase> Cases => MatchingCase.All;

    [GlobalSetup]
    public void Prepare()
    {
        _pattern = ImagePattern.Parse(Case.Glob);
        _compiledRegex = Peers.ByRegex(Case.Glob, RegexOptions.Compiled);
        _nonBacktrackingRegex = Peers.ByRegex(Case.Glob, RegexOptions.NonBacktracking);
        _fileSystemName = Peers.ByFileSystemName(Case.Glob);
        _dotNetGlob = Peers.ByDotNetGlob(Case.Glob);
    }

    [Benchmark(Baseline = true)]
    public bool Transcription() => KubeletAlgorithm.IsMatch(Case.Glob, Case.Image);

    [Benchmark(Description = "ImagePattern")]
    public bool Pattern() => _pattern.IsMatch(Case.Image);

    [Benchmark(Description = "Regex, compiled")]
    public bool CompiledRegex() => _compiledRegex(Case.Image);

    [Benchmark(Description = "Regex, non-backtracking")]
    public bool NonBacktrackingRegex() => _nonBacktrackingRegex(Case.Image);

    [Benchmark(Description = "FileSystemName per label")]
    public bool FileSystemNamePerLabel() => _fileSystemName(Case.Image);

    [Benchmark(Description = "DotNet.Glob")]
    public bool DotNetGlob() => _dotNetGlob(Case.Image);
}
