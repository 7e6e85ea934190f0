using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>
/// 30 stars against the longest label that DNS allows, without a match. Peers that backtrack into every star take exponential time and are
/// omitted.
/// </summary>
public class WorstCaseMatching
{
    private readonly string _glob = string.Concat(Enumerable.Repeat("*a", 28)) + "*b*";
    private readonly string _image = new string('a', 63) + "/app";
    private ImagePattern _pattern = null!;
    private Func<string, bool> _nonBacktrackingRegex = null!;
    private Func<string, bool> _fileSystemName = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _pattern = ImagePattern.Parse(_glob);
        _nonBacktrackingRegex = Peers.ByRegex(_glob, RegexOptions.NonBacktracking);
        _fileSystemName = Peers.ByFileSystemName(_glob);
    }

    [Benchmark(Baseline = true)]
    public bool Transcription() => KubeletAlgorithm.IsMatch(_glob, _image);

    [Benchmark(Description = "ImagePattern")]
    public bool Pattern() => _pattern.IsMatch(_image);

    [Benchmark(Description = "Regex, non-backtracking")]
    public bool NonBacktrackingRegex() => _nonBacktrackingRegex(_image);

    [Benchmark(Description = "FileSystemName per label")]
    public bool FileSystemNamePerLabel() => _fileSystemName(_image);
}
