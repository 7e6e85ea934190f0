using Ecr.Credentials.Benchmarks.Matching;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Tests.Matching;

public sealed class ImagePatternPropertyTests
{
    // For more or other pairs: dotnet test --project tests/Ecr.Credentials.Tests --test-parameter pairs=5000000 --test-parameter seed=7
    private static readonly int PairCount = TestContext.Parameters.Get("pairs", 200_000);
    private static readonly int Seed = TestContext.Parameters.Get("seed", 1);

    [Test]
    public void Parse_and_IsMatch_agree_with_the_reference_algorithm()
    {
        PairGenerator pairs = new(Seed);
        var matches = 0;
        for (var i = 0; i < PairCount; i++)
        {
            (var text, var image) = pairs.Next();
            var isValid = ImagePattern.TryParse(text, out var pattern);
            var isMatch = isValid && pattern!.IsMatch(image);

            if (isValid != KubeletAlgorithm.IsValid(text) || isMatch != KubeletAlgorithm.IsMatch(text, image))
            {
                var verdict = isValid ? "valid" : "rejected";
                var answer = isMatch ? "matches" : "does not match";
                Assert.Fail($"Pair {i} of seed {Seed}: pattern {Show(text)} is {verdict} and {answer} {Show(image)}.");
            }

            matches += isMatch ? 1 : 0;
        }

        Assert.That(matches, Is.InRange(PairCount / 10, PairCount / 2), "The generator must produce matches and mismatches.");
    }

    private static string Show(string text) => string.Concat(text.Select(c => c is >= ' ' and < '\x7f' ? c.ToString() : $"\\u{(int)c:x4}"));
}
