using Ecr.Credentials.Identity;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests;

public sealed class IdentitySelectorTests
{
    private const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";
    private const string Role = "arn:aws:iam::123456789012:role/pull";
    private const string OtherRole = "arn:aws:iam::123456789012:role/other";
    private const string PullAnnotation = "eks.amazonaws.com/ecr-role-arn";
    private const string Annotation = "eks.amazonaws.com/role-arn";

    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app", "team")]
    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com/other", "account")]
    [TestCase("210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/app", "any")]
    [TestCase("public.ecr.aws/nginx", null)]
    public void The_first_rule_that_matches_names_the_identity(string image, string? profile)
    {
        var selector = Selector(rules:
        [
            "123456789012.dkr.ecr.*.amazonaws.com/team=profile:team",
            "123456789012.dkr.ecr.*.amazonaws.com=profile:account",
            "*.dkr.ecr.*.amazonaws.com=profile:any",
        ]);

        Assert.That(selector.Select(image), Is.EqualTo(profile is null ? EcrIdentity.Default : EcrIdentity.Profile(profile)));
    }

    [TestCase(true, "a.example=profile:a", "b.example/team=profile:b")]
    [TestCase(true, "a.example/=profile:a")]
    [TestCase(false, "a.example=profile:a", "*.example:5000=profile:b")]
    [TestCase(false)]
    public void A_rule_with_a_path_tells_images_of_one_registry_apart(bool expected, params string[] rules) =>
        Assert.That(Selector(rules: rules).DependsOnPath, Is.EqualTo(expected));

    [TestCase(PullAnnotation)]
    [TestCase(Annotation)]
    public void The_role_of_the_service_account_comes_before_every_rule(string annotation)
    {
        var selector = Selector(rules: ["*.dkr.ecr.*.amazonaws.com=profile:ci"]);

        Assert.That(selector.Select(Request((annotation, Role))), Is.EqualTo(EcrIdentity.WebIdentity("secret-token", Role)));
    }

    [Test]
    public void The_role_for_pulls_comes_before_the_role_for_everything() =>
        Assert.That(
            Selector().Select(Request((Annotation, OtherRole), (PullAnnotation, Role))),
            Is.EqualTo(EcrIdentity.WebIdentity("secret-token", Role)));

    [Test]
    public void A_role_without_a_token_is_left_alone() =>
        Assert.That(
            Selector(ServiceAccountHandling.RequireRole).Select(new CredentialProviderRequest
            {
                Image = Image,
                ServiceAccountAnnotations = new Dictionary<string, string> { [Annotation] = Role },
            }),
            Is.EqualTo(EcrIdentity.Default));

    [Test]
    public void A_token_without_a_role_is_left_alone_or_refused_as_the_options_say()
    {
        Assert.That(Selector(rules: ["*.dkr.ecr.*.amazonaws.com=profile:ci"]).Select(Request()), Is.EqualTo(EcrIdentity.Profile("ci")));
        Assert.That(
            () => Selector(ServiceAccountHandling.RequireRole, "*.dkr.ecr.*.amazonaws.com=profile:ci").Select(Request()),
            Throws.TypeOf<EcrCredentialException>()
                .With.Property("Reason").EqualTo(EcrCredentialErrorReason.InvalidConfiguration)
                .And.Message.StartsWith("The pod's service account names no role, and one is required. Annotate it with eks.amazonaws.com/ecr-role-arn"));
    }

    [TestCase("", "\"\" is not a valid role ARN.")]
    [TestCase("pull", "\"pull\" is not a valid role ARN.")]
    [TestCase(Role + " ", "has leading or trailing whitespace.")]
    public void A_role_that_cannot_be_used_is_refused_rather_than_passed_over(string role, string message) =>
        Assert.That(
            () => Selector().Select(Request((PullAnnotation, role), (Annotation, Role))),
            Throws.TypeOf<EcrCredentialException>()
                .With.Property("Reason").EqualTo(EcrCredentialErrorReason.InvalidConfiguration)
                .And.Message.StartsWith("The service account's annotation eks.amazonaws.com/ecr-role-arn cannot be used. ")
                .And.Message.Contains(message));

    private static IdentitySelector Selector(params string[] rules) => Selector(ServiceAccountHandling.Optional, rules);

    private static IdentitySelector Selector(ServiceAccountHandling handling, params string[] rules)
    {
        var options = new EcrCredentialProviderOptions { ServiceAccount = handling };
        foreach (var rule in rules)
        {
            options.IdentityRules.Add(EcrIdentityRule.Parse(rule));
        }

        return new IdentitySelector(options);
    }

    private static CredentialProviderRequest Request(params (string Name, string Value)[] annotations) => new()
    {
        Image = Image,
        ServiceAccountToken = "secret-token",
        ServiceAccountAnnotations = annotations.ToDictionary(annotation => annotation.Name, annotation => annotation.Value),
    };
}
