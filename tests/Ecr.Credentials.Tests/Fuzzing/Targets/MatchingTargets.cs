using Ecr.Credentials.Benchmarks.Matching;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>Patterns, registries and what is written with them.</summary>
internal static class MatchingTargets
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static readonly string[] Globs = [.. Words.Hosts, "[a-", "[!a-z]", "[^", "]", "\\", "?", "**", "a*b", "\n", ":*", "/a/b"];
    private static readonly string[] Rules = [.. Globs, "=", "profile:", "role:", "arn:aws:iam::123456789012:role/", "arn:aws-cn:iam::", ",external-id="];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("image pattern", 30_000, [$"*.dkr.ecr.*.amazonaws.com\n{Host}/a", "a.b:80/p\na.b:80/p/q", "[a-c]?.x/y\nbz.x/y"], Globs, MatchPattern),
        new(
            "set of image patterns",
            20_000,
            [$"*.x\n*.dkr.ecr.*.amazonaws.com\n{Host}/p\n{Host}/p/q", "a.*\n*.b\na.b/c\na.b/c/d", "a.b:80\n*:80\na.b:80/x"],
            Globs,
            MatchSet),
        new(
            "registry",
            100_000,
            [Host, $"{Host}:443/app@sha256:0", "public.ecr.aws/x", "123456789012.dkr-ecr-fips.us-gov-west-1.on.aws"],
            Words.Hosts,
            ParseRegistry),
        new("registry alias", 20_000, [$"mirror.example={Host}", "*.example:5000=public.ecr.aws"], [.. Globs, "="], ParseAlias),
        new(
            "identity rule",
            20_000,
            [$"{Host}/a=profile:p", "*.amazonaws.com=role:arn:aws:iam::123456789012:role/pull,external-id=x"],
            Rules,
            ParseRule),
        new("role ARN", 20_000, ["arn:aws:iam::123456789012:role/a/pull", "arn:aws-us-gov:iam::123456789012:role/x"], Rules, ParseRole)
        {
            Exceptions = [typeof(FormatException)],
        },
    ];

    private static string? MatchPattern(ReadOnlySpan<char> input)
    {
        var lineEnd = input.IndexOf('\n');
        var (text, image) = lineEnd < 0 ? (input.ToString(), "") : (input[..lineEnd].ToString(), input[(lineEnd + 1)..].ToString());
        var isValid = ImagePattern.TryParse(text, out var pattern, out var error);
        FuzzException.ThrowIf(isValid != KubeletAlgorithm.IsValid(text), $"the kubelet disagrees with {isValid}");
        if (!isValid)
        {
            return error;
        }

        var isMatch = pattern!.IsMatch(image);
        FuzzException.ThrowIf(isMatch != KubeletAlgorithm.IsMatch(text, image), $"the kubelet disagrees with {isMatch}");
        FuzzException.ThrowIf(pattern.ToString() != text || !ImagePattern.TryParse(pattern.ToString(), out _), "what is written cannot be read");
        return null;
    }

    // The last line is the image.
    private static string? MatchSet(ReadOnlySpan<char> input)
    {
        var lines = input.ToString().Split('\n');
        var patterns = new List<ImagePattern>();
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            if (ImagePattern.TryParse(line, out var pattern, out var error))
            {
                patterns.Add(pattern);
            }
            else
            {
                return error;
            }
        }

        var found = new ImagePatternSet(patterns).FirstMatch(lines[^1]);
        var expected = patterns.FindIndex(pattern => pattern.IsMatch(lines[^1]));
        FuzzException.ThrowIf(found != expected, $"the first match is {expected}, not {found}");
        return null;
    }

    private static string? ParseRegistry(ReadOnlySpan<char> input)
    {
        if (!EcrRegistry.TryParse(input, out var registry, out var error))
        {
            return error;
        }

        FuzzException.ThrowIf(registry.ApiEndpoint.Scheme != "https" || registry.GetApiEndpoint(true, true).Host.Length == 0, "no endpoint");
        FuzzException.ThrowIf(
            !EcrRegistry.TryParse(registry.Host, out var again)
                || (again.Region, again.AccountId, again.ApiEndpoint) != (registry.Region, registry.AccountId, registry.ApiEndpoint),
            "the host is another registry");
        return null;
    }

    private static string? ParseAlias(ReadOnlySpan<char> input)
    {
        if (!EcrRegistryAlias.TryParse(input, out var alias, out var error))
        {
            return error;
        }

        FuzzException.ThrowIf(
            !EcrRegistryAlias.TryParse(alias.ToString(), out var again) || again.ToString() != alias.ToString(), "what is written cannot be read");
        return null;
    }

    private static string? ParseRule(ReadOnlySpan<char> input) => EcrIdentityRule.TryParse(input, out _, out var error) ? null : error;

    private static string? ParseRole(ReadOnlySpan<char> input)
    {
        var arn = AwsRoleArn.Parse(input.ToString());
        FuzzException.ThrowIf(AwsRoleArn.Parse(arn.ToString()) != arn, "what is written reads differently");
        return null;
    }
}
