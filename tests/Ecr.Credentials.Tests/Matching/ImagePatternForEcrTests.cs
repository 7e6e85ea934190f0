using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Tests.Matching;

public sealed class ImagePatternForEcrTests
{
    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com")]
    [TestCase("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com")]
    [TestCase("123456789012.dkr-ecr.eu-west-1.on.aws")]
    [TestCase("123456789012.dkr-ecr-fips.us-gov-west-1.on.aws")]
    [TestCase("123456789012.dkr.ecr.us-gov-east-1.amazonaws.com")]
    [TestCase("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn")]
    [TestCase("123456789012.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn")]
    [TestCase("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu")]
    [TestCase("123456789012.dkr-ecr.eusc-de-east-1.on.amazonwebservices.eu")]
    [TestCase("123456789012.dkr.ecr.us-iso-east-1.c2s.ic.gov")]
    [TestCase("123456789012.dkr-ecr.us-iso-east-1.on.aws.ic.gov")]
    [TestCase("123456789012.dkr.ecr.us-isob-east-1.sc2s.sgov.gov")]
    [TestCase("123456789012.dkr-ecr.us-isob-east-1.on.aws.scloud")]
    [TestCase("123456789012.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk")]
    [TestCase("123456789012.dkr-ecr.eu-isoe-west-1.on.cloud-aws.adc-e.uk")]
    [TestCase("123456789012.dkr.ecr.us-isof-south-1.csp.hci.ic.gov")]
    [TestCase("123456789012.dkr-ecr.us-isof-south-1.on.aws.hci.ic.gov")]
    [TestCase("public.ecr.aws")]
    [TestCase("ecr-public.aws.com")]
    public void Exactly_one_pattern_matches_each_kind_of_registry(string host) =>
        Assert.That(ImagePattern.ForEcr.Where(pattern => pattern.IsMatch(host + "/team/app")), Has.Exactly(1).Items);

    [TestCase("docker.io/library/nginx")]
    [TestCase("123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.io/app")]
    [TestCase("123456789012.dkr.ecr.eu-west-1.on.aws.evil.io/app")]
    [TestCase("gallery.ecr.aws/app")]
    [TestCase("a.public.ecr.aws/app")]
    public void No_pattern_matches_an_image_of_another_registry(string image) =>
        Assert.That(ImagePattern.ForEcr.Where(pattern => pattern.IsMatch(image)), Is.Empty);

    [Test]
    public void The_list_cannot_be_changed() =>
        Assert.That(() => ((IList<ImagePattern>)ImagePattern.ForEcr).Clear(), Throws.TypeOf<NotSupportedException>());
}
