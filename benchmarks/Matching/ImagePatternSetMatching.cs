using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>The first match among many patterns for one image. The matching pattern is in the middle of the set.</summary>
public class ImagePatternSetMatching
{
    private string[] _globs = null!;
    private ImagePatternSet _set = null!;
    private string _matchingImage = null!;
    private string _otherImage = null!;

    [Params(1, 10, 100, 1_000, 10_000)]
    public int Count { get; set; }

    [Params(PatternSetShape.Registry, PatternSetShape.Region, PatternSetShape.Path)]
    public PatternSetShape Shape { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _globs = [.. Enumerable.Range(0, Count).Select(GlobAt)];
        _set = new ImagePatternSet(_globs.Select(glob => ImagePattern.Parse(glob)));
        _matchingImage = ImageAt(Count / 2);
        _otherImage = ImageAt(Count);
    }

    [Benchmark(Baseline = true)]
    public int TranscriptionOneByOne() => Array.FindIndex(_globs, glob => KubeletAlgorithm.IsMatch(glob, _matchingImage));

    [Benchmark(Description = "ImagePatternSet, match")]
    public int Match() => _set.FirstMatch(_matchingImage);

    [Benchmark(Description = "ImagePatternSet, no match")]
    public int NoMatch() => _set.FirstMatch(_otherImage);

    private string GlobAt(int index) => Shape switch
    {
        PatternSetShape.Registry => $"registry-{index}.example.com",
        PatternSetShape.Region => $"*.dkr.ecr.region-{index}.amazonaws.com",
        _ => $"registry.example.com/team-{index}/",
    };

    private string ImageAt(int index) => Shape switch
    {
        PatternSetShape.Registry => $"registry-{index}.example.com/team/app:1.2.3",
        PatternSetShape.Region => $"123456789012.dkr.ecr.region-{index}.amazonaws.com/team/app:1.2.3",
        _ => $"registry.example.com/team-{index}/app:1.2.3",
    };
}
