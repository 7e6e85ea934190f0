using Ecr.Emulator;
using Ecr.Emulator.Endpoints;

namespace Ecr.Credentials.Tests.Emulator;

[TestFixture]
public sealed class AwsHostTests
{
    [TestCase("api.ecr.us-east-1.amazonaws.com", AwsService.Ecr, "us-east-1")]
    [TestCase("api.ecr.us-east-1.amazonaws.com:443", AwsService.Ecr, "us-east-1")]
    [TestCase("ecr.us-east-1.amazonaws.com", AwsService.Ecr, "us-east-1")]
    [TestCase("api.ecr-fips.us-gov-west-1.amazonaws.com", AwsService.Ecr, "us-gov-west-1")]
    [TestCase("ecr-fips.us-east-1.amazonaws.com", AwsService.Ecr, "us-east-1")]
    [TestCase("ecr.us-east-1.api.aws", AwsService.Ecr, "us-east-1")]
    [TestCase("ecr-fips.us-east-1.api.aws", AwsService.Ecr, "us-east-1")]
    [TestCase("api.ecr.cn-north-1.amazonaws.com.cn", AwsService.Ecr, "cn-north-1")]
    [TestCase("ecr.cn-north-1.api.amazonwebservices.com.cn", AwsService.Ecr, "cn-north-1")]
    [TestCase("api.ecr.eusc-de-east-1.amazonaws.eu", AwsService.Ecr, "eusc-de-east-1")]
    [TestCase("ecr.eusc-de-east-1.api.amazonwebservices.eu", AwsService.Ecr, "eusc-de-east-1")]
    [TestCase("api.ecr.us-iso-east-1.c2s.ic.gov", AwsService.Ecr, "us-iso-east-1")]
    [TestCase("ecr.us-isob-east-1.api.aws.scloud", AwsService.Ecr, "us-isob-east-1")]
    [TestCase("api.ecr.eu-isoe-west-1.cloud.adc-e.uk", AwsService.Ecr, "eu-isoe-west-1")]
    [TestCase("ecr.us-isof-south-1.api.aws.hci.ic.gov", AwsService.Ecr, "us-isof-south-1")]
    [TestCase("api.ecr-public.us-east-1.amazonaws.com", AwsService.EcrPublic, "us-east-1")]
    [TestCase("ecr-public.us-east-1.api.aws", AwsService.EcrPublic, "us-east-1")]
    [TestCase("sts.eu-central-1.amazonaws.com", AwsService.Sts, "eu-central-1")]
    [TestCase("sts-fips.us-east-1.amazonaws.com", AwsService.Sts, "us-east-1")]
    [TestCase("sts.us-gov-west-1.amazonaws.com", AwsService.Sts, "us-gov-west-1")]
    [TestCase("sts.amazonaws.com", AwsService.Sts, "us-east-1")]
    [TestCase("sts.cn-north-1.amazonaws.com.cn", AwsService.Sts, "cn-north-1")]
    [TestCase("sts.eusc-de-east-1.amazonaws.eu", AwsService.Sts, "eusc-de-east-1")]
    [TestCase("portal.sso.eu-west-1.amazonaws.com", AwsService.Sso, "eu-west-1")]
    [TestCase("portal.sso.cn-north-1.amazonaws.com.cn", AwsService.Sso, "cn-north-1")]
    [TestCase("portal.sso.eu-west-1.api.aws", AwsService.Sso, "eu-west-1")]
    [TestCase("oidc.eu-west-1.amazonaws.com", AwsService.SsoOidc, "eu-west-1")]
    [TestCase("oidc.cn-north-1.amazonaws.com.cn", AwsService.SsoOidc, "cn-north-1")]
    [TestCase("oidc.eu-west-1.api.aws", AwsService.SsoOidc, "eu-west-1")]
    [TestCase("eu-west-1.signin.aws.amazon.com", AwsService.Signin, "eu-west-1")]
    [TestCase("cn-north-1.signin.amazonaws.cn", AwsService.Signin, "cn-north-1")]
    [TestCase("us-gov-east-1.signin.amazonaws-us-gov.com", AwsService.Signin, "us-gov-east-1")]
    [TestCase("signin-fips.amazonaws-us-gov.com", AwsService.Signin, "us-gov-west-1")]
    [TestCase("signin-fips.us-east-1.amazonaws.com", AwsService.Signin, "us-east-1")]
    public void Parse_accepts_the_host_names_that_AWS_publishes(string host, AwsService service, string region) =>
        Assert.That(AwsHost.Parse(host), Is.EqualTo(new AwsHost(service, region)));

    [TestCase("api.ecr.us-east-1.api.aws")] // what SDKs once built for dual-stack; it does not resolve
    [TestCase("api.ecr.us-east-1.amazonaws.com.cn")]
    [TestCase("api.ecr.cn-north-1.amazonaws.com")]
    [TestCase("ecr-fips.cn-north-1.amazonaws.com.cn")]
    [TestCase("api.ecr-public-fips.us-east-1.amazonaws.com")]
    [TestCase("api.ecr-public.cn-north-1.amazonaws.com.cn")]
    [TestCase("sts-fips.us-gov-west-1.amazonaws.com")]
    [TestCase("api.ecr.anywhere.amazonaws.com")]
    public void Parse_rejects_unknown_host_names_under_AWS_domains(string host) => Assert.Multiple(() =>
    {
        Assert.That(AwsHost.Parse(host), Is.Null);
        Assert.That(AwsHost.IsAws(host), Is.True);
    });

    [TestCase("127.0.0.1:8080")]
    [TestCase("localhost")]
    [TestCase("169.254.169.254")]
    [TestCase("ecr.example.com")]
    public void IsAws_is_false_for_a_configured_endpoint(string host) => Assert.That(AwsHost.IsAws(host), Is.False);
}
