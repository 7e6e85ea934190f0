using Ecr.Credentials.Aws.Signin;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tests.Aws.Signin;

public sealed class SigninEndpointTests
{
    private static readonly string[] Regions =
    [
        "us-east-1", "cn-north-1", "us-gov-west-1", "us-gov-east-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1",
    ];

    [TestCase("us-east-1", false, false, "https://us-east-1.signin.aws.amazon.com/")]
    [TestCase("us-east-1", true, false, "https://signin-fips.us-east-1.amazonaws.com/")]
    [TestCase("us-east-1", false, true, "https://signin.us-east-1.api.aws/")]
    [TestCase("us-east-1", true, true, "https://signin-fips.us-east-1.api.aws/")]
    [TestCase("cn-north-1", false, false, "https://cn-north-1.signin.amazonaws.cn/")]
    [TestCase("us-gov-west-1", false, false, "https://us-gov-west-1.signin.amazonaws-us-gov.com/")]
    [TestCase("us-gov-west-1", true, false, "https://signin-fips.amazonaws-us-gov.com/")]
    [TestCase("us-gov-east-1", true, false, "https://us-gov-east-1.signin-fips.amazonaws-us-gov.com/")]
    [TestCase("us-iso-east-1", false, false, "https://us-iso-east-1.signin.c2shome.ic.gov/")]
    [TestCase("us-isob-east-1", false, false, "https://us-isob-east-1.signin.sc2shome.sgov.gov/")]
    public void The_endpoint_depends_on_region_FIPS_and_dual_stack(string region, bool useFips, bool useDualStack, string endpoint) =>
        Assert.That(
            SigninEndpoint.Get(region, AwsPartition.FromRegion(region)!, useFips, useDualStack).AbsoluteUri, Is.EqualTo(endpoint));

    [Test]
    public void Every_partition_has_its_own_endpoints([Values] bool useFips, [Values] bool useDualStack) =>
        Assert.That(
            Regions.Select(region => SigninEndpoint.Get(region, AwsPartition.FromRegion(region)!, useFips, useDualStack)), Is.Unique);
}
