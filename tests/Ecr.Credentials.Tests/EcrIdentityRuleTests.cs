using Ecr.Credentials.Identity;

namespace Ecr.Credentials.Tests;

public sealed class EcrIdentityRuleTests
{
    private const string Pattern = "*.dkr.ecr.*.amazonaws.com/team";
    private const string Role = "arn:aws:iam::123456789012:role/pull";

    private static IEnumerable<TestCaseData> Rules() =>
    [
        new("profile:ci", EcrIdentity.Profile("ci")),
        new("profile:a:b=c", EcrIdentity.Profile("a:b=c")),
        new($"role:{Role}", EcrIdentity.Role(Role)),
        new($"role:{Role},external-id=a,b=c:d", EcrIdentity.Role(Role, "a,b=c:d")),
        new($"role:{Role},of=me", EcrIdentity.Role(Role + ",of=me")),
    ];

    [TestCaseSource(nameof(Rules))]
    public void Parse_reads_a_pattern_and_an_identity(string identity, EcrIdentity expected)
    {
        var rule = EcrIdentityRule.Parse($"{Pattern}={identity}");

        Assert.That(rule.Pattern.ToString(), Is.EqualTo(Pattern));
        Assert.That(rule.Identity, Is.EqualTo(expected));
    }

    [TestCase("", "\"\" is not an identity rule. Write PATTERN=profile:NAME or PATTERN=role:ARN.")]
    [TestCase(Pattern, $"\"{Pattern}\" is not an identity rule. Write PATTERN=profile:NAME or PATTERN=role:ARN.")]
    [TestCase("=profile:ci", "is not an identity rule.")]
    [TestCase("host=", "The identity \"\" is neither profile:NAME nor role:ARN. Write one of them.")]
    [TestCase("host=ci", "The identity \"ci\" is neither profile:NAME nor role:ARN. Write one of them.")]
    [TestCase("host=profile:", "The identity \"profile:\" is neither")]
    [TestCase("host=role:", "The identity \"role:\" is neither")]
    [TestCase("host=user:ci", "The identity \"user:ci\" is neither")]
    [TestCase("host=role:pull", "\"pull\" is not the ARN of a role.")]
    [TestCase($"host=role:{Role},external-id=", "The external id after \"external-id=\" is missing.")]
    [TestCase("ho st=profile:ci", "")]
    public void Parse_says_what_is_wrong(string text, string message) =>
        Assert.That(() => EcrIdentityRule.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(message));
}
