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

    [TestCase("", "\"\" is not a valid identity rule. Expected PATTERN=profile:NAME or PATTERN=role:ARN.")]
    [TestCase(Pattern, $"\"{Pattern}\" is not a valid identity rule. Expected PATTERN=profile:NAME or PATTERN=role:ARN.")]
    [TestCase("=profile:ci", "is not a valid identity rule.")]
    [TestCase("host=", "\"\" is not a valid identity. Expected profile:NAME or role:ARN.")]
    [TestCase("host=ci", "\"ci\" is not a valid identity. Expected profile:NAME or role:ARN.")]
    [TestCase("host=profile:", "\"profile:\" is not a valid identity.")]
    [TestCase("host=role:", "\"role:\" is not a valid identity.")]
    [TestCase("host=user:ci", "\"user:ci\" is not a valid identity.")]
    [TestCase("host=role:pull", "\"pull\" is not a valid role ARN.")]
    [TestCase($"host=role:{Role},external-id=", "the external ID after \"external-id=\" is missing.")]
    [TestCase("ho st=profile:ci", "")]
    public void Parse_reports_what_is_invalid(string text, string message) =>
        Assert.That(() => EcrIdentityRule.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(message));
}
