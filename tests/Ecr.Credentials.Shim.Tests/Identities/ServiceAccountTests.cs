namespace Ecr.Credentials.Shim.Tests.Identities;

/// <summary>
/// Service account tokens: <see
/// href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-auth/4412-projected-service-account-tokens-for-kubelet-image-credential-providers"/>.
/// </summary>
public sealed class ServiceAccountTests : ShimFixture
{
    private const string Role = "arn:aws:iam::123456789012:role/pull";
    private const string OtherRole = "arn:aws:iam::123456789012:role/other";
    private const string PullAnnotation = "eks.amazonaws.com/ecr-role-arn";
    private const string Annotation = "eks.amazonaws.com/role-arn";

    private IReadOnlyList<RecordedRequest> RoleRequests => [.. Emulator.Requests.Where(request => request.Service == AwsService.Sts)];

    [TestCase(PullAnnotation, Role, "", "", "")]
    [TestCase(Annotation, Role, "", "", "")]
    [TestCase(PullAnnotation, Role, Annotation, OtherRole, OtherRole)]
    [TestCase(Annotation, Role, "", "", OtherRole)]
    [TestCase("team", "a", "", "", Role)]
    public async Task The_role_comes_from_the_annotations_or_else_the_environment(
        string annotation, string value, string otherAnnotation, string otherValue, string variable)
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.StaticKey)) { ["AWS_ECR_ROLE_ARN"] = variable };

        AssertAnswer(await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, (annotation, value), (otherAnnotation, otherValue)), variables));

        Assert.That(TokenRequests.Single().Principal, Is.EqualTo("arn:aws:sts::123456789012:assumed-role/pull/ecr-credential-provider"));
        Assert.That(RoleRequests.Single().AccessKeyId, Is.Null, "the STS call is unsigned: it is authenticated by the token");
    }

    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app", Role, "sts.eu-west-1.amazonaws.com")]
    [TestCase("123456789012.dkr.ecr.cn-northwest-1.amazonaws.com.cn/app", "arn:aws-cn:iam::123456789012:role/pull", "sts.cn-northwest-1.amazonaws.com.cn")]
    [TestCase("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com/app", "arn:aws-us-gov:iam::123456789012:role/pull", "sts.us-gov-west-1.amazonaws.com")]
    [TestCase("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/app", "arn:aws-eusc:iam::123456789012:role/pull", "sts.eusc-de-east-1.amazonaws.eu")]
    [TestCase("public.ecr.aws/nginx", Role, "sts.us-east-1.amazonaws.com")]
    public async Task The_role_is_assumed_in_the_region_of_the_registry(string image, string role, string host)
    {
        AssertAnswer(await RunAsync(
            TokenRequest(Emulator.Options.WebIdentityToken, image, (PullAnnotation, role)), Emulator.ProxyEnvironment(CredentialSource.None)));

        Assert.That(RoleRequests.Single().Host, Is.EqualTo(host));
    }

    [Test]
    public async Task The_role_for_ECR_Public_is_assumed_in_the_default_region()
    {
        var variables = new Dictionary<string, string>(Emulator.ProxyEnvironment(CredentialSource.None)) { ["AWS_DEFAULT_REGION"] = "eu-north-1" };

        AssertAnswer(await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, "public.ecr.aws/nginx", (PullAnnotation, Role)), variables));

        Assert.That(RoleRequests.Single().Host, Is.EqualTo("sts.eu-north-1.amazonaws.com"));
    }

    [Test]
    public async Task A_configured_STS_endpoint_overrides_FIPS_and_dual_stack()
    {
        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None))
        {
            ["AWS_ENDPOINT_URL_STS"] = Emulator.Address.AbsoluteUri,
            ["AWS_USE_FIPS_ENDPOINT"] = "true",
            ["AWS_USE_DUALSTACK_ENDPOINT"] = "true",
        };

        AssertAnswer(await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, (PullAnnotation, Role)), variables));
    }

    [TestCase("pull", "\"pull\" is not a valid role ARN. Expected the form arn:aws:iam::123456789012:role/pull.")]
    [TestCase(Role + " ", "has leading or trailing whitespace. Remove it.")]
    [TestCase("arn:aws-cn:iam::123456789012:role/pull",
        "is in partition \"aws-cn\" but the registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com is in \"aws\": "
            + "use a role whose ARN begins with \"arn:aws:\"")]
    public async Task A_role_that_cannot_be_used_is_refused(string role, string message)
    {
        AssertFailure(await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, (PullAnnotation, role))), 2, message);
        Assert.That(Emulator.Requests, Is.Empty);
    }

    [Test]
    public async Task A_token_without_a_role_is_ignored()
    {
        AssertAnswer(await RunAsync(TokenRequest("token"), Emulator.Environment(CredentialSource.StaticKey), "--service-account=optional"));
        Assert.That(TokenRequests.Single().Principal, Is.EqualTo(Emulator.StaticCredentials.PrincipalArn));
    }

    [Test]
    public async Task A_token_without_a_role_is_refused_if_a_role_is_required()
    {
        AssertFailure(
            await RunAsync(TokenRequest("token"), Emulator.Environment(CredentialSource.StaticKey), "--service-account", "require-role"),
            2,
            "the pod's service account has no role, and one is required: annotate it with eks.amazonaws.com/ecr-role-arn");
        Assert.That(Emulator.Requests, Is.Empty);
    }

    private static IEnumerable<TestCaseData> Rejections() =>
    [
        new("emulated.expired-web-identity.token",
            "the service account's token has expired. Use a new one, or check the system clock. (ExpiredTokenException,"),
        new("hunter2.bad.token", "AWS rejected the token: The ID Token provided is not a valid JWT."),
    ];

    [TestCaseSource(nameof(Rejections))]
    public async Task A_rejected_token_is_sent_once_and_reported_with_its_role(string token, string message)
    {
        var result = await RunAsync(TokenRequest(token, (PullAnnotation, Role)));

        AssertFailure(result, 1, $"cannot assume the role {Role} with the service account's token: {message}");
        Assert.That(result.Error, Does.Not.Contain(token));
        Assert.That(RoleRequests, Has.Count.EqualTo(1));
        Assert.That(TokenRequests, Is.Empty);
    }

    [Test]
    public async Task A_role_that_does_not_trust_the_service_account_is_reported()
    {
        AssertFailure(
            await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, (PullAnnotation, OtherRole))),
            1,
            $"cannot assume the role {OtherRole} with the service account's token: AWS denied access: Not authorized to perform sts:AssumeRoleWithWebIdentity. "
                + "The role's trust policy must allow this OIDC provider, service account (sub) and audience (aud).");
        Assert.That(RoleRequests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_invalid_STS_response_is_reported()
    {
        Emulator.Faults.Always(Fault.Malformed, AwsService.Sts);

        AssertFailure(
            await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, (PullAnnotation, Role))),
            1,
            $"cannot assume the role {Role} with the service account's token: {Emulator.Address.GetLeftPart(UriPartial.Authority)} "
                + $"returned a response that is not from AWS.");
    }

    [Test]
    public async Task A_transient_STS_failure_is_retried()
    {
        Emulator.Faults.Enqueue(Fault.ServerError, AwsService.Sts);

        AssertAnswer(await RunAsync(TokenRequest(Emulator.Options.WebIdentityToken, (PullAnnotation, Role))));
        Assert.That(RoleRequests, Has.Count.EqualTo(2));
    }

    protected override AwsEmulatorOptions Options() => new()
    {
        AssumableRoles = [
            Role, .. new[] { "aws-cn", "aws-us-gov", "aws-eusc" }.Select(partition => Role.Replace(":aws:", $":{partition}:", StringComparison.Ordinal))],
    };

    private static string TokenRequest(string token, params (string Name, string Value)[] annotations) => TokenRequest(token, Image, annotations);

    private static string TokenRequest(string token, string image, params (string Name, string Value)[] annotations)
    {
        var members = annotations.Where(annotation => annotation.Name.Length > 0).Select(annotation => $"\"{annotation.Name}\":\"{annotation.Value}\"");
        return $$$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"{{{image}}}","serviceAccountToken":"{{{token}}}","serviceAccountAnnotations":{{{{string.Join(',', members)}}}}}""";
    }
}
