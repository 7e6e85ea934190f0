using System.Diagnostics;
using Ecr.Credentials.Tests.Fuzzing.Targets;

namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>Every parser survives damaged input, refuses it with one clean line, and keeps what its target promises.</summary>
/// <remarks>
/// For a longer run or another one:
/// <c>dotnet test -c Release --project tests/Ecr.Credentials.Tests --filter FullyQualifiedName~FuzzTests --test-parameter scale=200
/// --test-parameter seed=7</c>.
/// A failure shows its input as a literal: add it to the samples of the target.
/// </remarks>
[Parallelizable(ParallelScope.All)]
public sealed class FuzzTests
{
    private static readonly int Scale = TestContext.Parameters.Get("scale", 1);
    private static readonly int Seed = TestContext.Parameters.Get("seed", 1);

    private static IEnumerable<FuzzTarget> Targets() =>
    [
        .. ProtocolTargets.All,
        .. MatchingTargets.All,
        .. ConfigurationTargets.All,
        .. CredentialTargets.All,
        .. ServiceTargets.All,
        .. TrustTargets.All,
        .. KubeletTargets.All,
    ];

    [OneTimeTearDown]
    public static void DeleteFiles() => FuzzDirectory.DeleteAll();

    [TestCaseSource(nameof(Targets))]
    public void Damaged_input_is_accepted_or_refused(object target)
    {
        var fuzzed = (FuzzTarget)target;
        var fuzzer = new Fuzzer(fuzzed, Seed);
        var start = Stopwatch.GetTimestamp();

        Assert.That(() => fuzzer.Run((long)fuzzed.Executions * Scale), Throws.Nothing);

        TestContext.Out.WriteLine(
            $"{fuzzed.Name}: accepted {fuzzer.Accepted}, refused {fuzzer.Refused} in {fuzzer.Shapes} ways, "
                + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s, longest {fuzzer.Longest.TotalMilliseconds:f1} ms");
        Assert.That(fuzzer.Accepted, Is.Positive, "The samples must reach the end of the parser.");
        Assert.That(fuzzer.Refused, fuzzed.AcceptsEverything ? Is.Zero : Is.Positive);
    }

    [Test]
    public void A_failure_is_found_and_shown_so_that_it_can_be_repeated()
    {
        var target = new FuzzTarget("target", 1000, ["abc"], ["x\n"], input => input.Contains('x') ? "one\ntwo" : null);

        Assert.That(
            () => new Fuzzer(target, Seed).Run(1000),
            Throws.TypeOf<FuzzException>().With.Message.Match("^target, seed [0-9]+, execution [0-9]+: (.|\n)*not one clean line(.|\n)*\nInput: \".*x.*\"$"));
    }

    [TestCase("aé日😀")]
    [TestCase("\udc80\udcff a\udcc3")]
    public void Bytes_that_are_not_UTF8_can_be_written_as_text(string text) =>
        Assert.That(FuzzText.Decode(FuzzText.Encode(text)), Is.EqualTo(text));
}
