using Ecr.Credentials.Identity;

namespace Ecr.Credentials.Tests;

public sealed class IdentitySelectorTests
{
    private const string Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";
    private const string Token = "secret-token";
    private const string Role = "arn:aws:iam::123456789012:role/pull";
    private const string OtherRole = "arn:aws:iam::123456789012:role/other";
    private const string PullAnnotation = "eks.amazonaws.com/ecr-role-arn";
    private const string Annotation = "eks.amazonaws.com/role-arn";

    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app", "team")]
    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com/other", "account")]
    [TestCase("210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/app", "any")]
    [TestCase("public.ecr.aws/nginx", null)]
    public void The_first_matching_rule_selects_the_identity(string image, string? profile)
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
    public void A_rule_with_a_path_distinguishes_images_of_one_registry(bool expected, params string[] rules) =>
        Assert.That(Selector(rules: rules).DependsOnPath, Is.EqualTo(expected));

    [Test]
    public void An_empty_annotation_is_not_set()
    {
        Assert.That(Selector().Select(Image, Token, Annotations((PullAnnotation, ""), (Annotation, Role))), Is.EqualTo(EcrIdentity.WebIdentity(Token, Role)));
        Assert.That(Selector().Select(Image, Token, Annotations((PullAnnotation, ""), (Annotation, ""))), Is.EqualTo(EcrIdentity.Default));
    }

    [TestCase(PullAnnotation)]
    [TestCase(Annotation)]
    public void The_role_of_the_service_account_overrides_every_rule(string annotation)
    {
        var selector = Selector(rules: ["*.dkr.ecr.*.amazonaws.com=profile:ci"]);

        Assert.That(selector.Select(Image, Token, Annotations((annotation, Role))), Is.EqualTo(EcrIdentity.WebIdentity(Token, Role)));
    }

    [Test]
    public void The_role_for_pulls_overrides_the_general_role() =>
        Assert.That(
            Selector().Select(Image, Token, Annotations((Annotation, OtherRole), (PullAnnotation, Role))),
            Is.EqualTo(EcrIdentity.WebIdentity(Token, Role)));

    [Test]
    public void A_role_without_a_token_is_ignored() =>
        Assert.That(
            Selector(ServiceAccountHandling.RequireRole).Select(Image, serviceAccountToken: null, Annotations((Annotation, Role))),
            Is.EqualTo(EcrIdentity.Default));

    [Test]
    public void A_token_without_a_role_is_ignored_or_refused_by_option()
    {
        Assert.That(Selector(rules: ["*.dkr.ecr.*.amazonaws.com=profile:ci"]).Select(Image, Token, Annotations()), Is.EqualTo(EcrIdentity.Profile("ci")));
        Assert.That(
            () => Selector(ServiceAccountHandling.RequireRole, "*.dkr.ecr.*.amazonaws.com=profile:ci").Select(Image, Token, Annotations()),
            Throws.TypeOf<EcrCredentialException>()
                .With.Property("Reason").EqualTo(EcrCredentialErrorReason.InvalidConfiguration)
                .And.Message.StartsWith("the pod's service account has no role, and one is required: annotate it with eks.amazonaws.com/ecr-role-arn"));
    }

    [TestCase("pull", "\"pull\" is not a valid role ARN.")]
    [TestCase(Role + " ", "has leading or trailing whitespace.")]
    public void An_invalid_role_is_refused_and_not_skipped(string role, string message) =>
        Assert.That(
            () => Selector().Select(Image, Token, Annotations((PullAnnotation, role), (Annotation, Role))),
            Throws.TypeOf<EcrCredentialException>()
                .With.Property("Reason").EqualTo(EcrCredentialErrorReason.InvalidConfiguration)
                .And.Message.StartsWith("the service account's annotation eks.amazonaws.com/ecr-role-arn cannot be used. ")
                .And.Message.Contains(message));

    private static IdentitySelector Selector(params string[] rules) => Selector(ServiceAccountHandling.Optional, rules);

    private static IdentitySelector Selector(ServiceAccountHandling handling, params string[] rules)
    {
        var options = new EcrCredentialProviderOptions { ServiceAccount = handling };
        foreach (var rule in rules)
        {
            options.IdentityRules.Add(EcrIdentityRule.Parse(rule));
        }

        return new IdentitySelector(options, _ => null);
    }

    private static Dictionary<string, string> Annotations(params (string Name, string Value)[] annotations) =>
        annotations.ToDictionary(annotation => annotation.Name, annotation => annotation.Value);
}
