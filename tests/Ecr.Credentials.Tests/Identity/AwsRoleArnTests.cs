using Ecr.Credentials.Identity;

namespace Ecr.Credentials.Tests.Identity;

public sealed class AwsRoleArnTests
{
    [TestCase("arn:aws:iam::123456789012:role/pull", "aws")]
    [TestCase("arn:aws-cn:iam::123456789012:role/pull", "aws-cn")]
    [TestCase("arn:aws-us-gov:iam::123456789012:role/pull", "aws-us-gov")]
    [TestCase("arn:aws:iam::123456789012:role/team/a/pull", "aws")]
    [TestCase("arn:aws:iam::123456789012:role/Pull_+=,.@-1", "aws")]
    public void Parse_reads_the_ARN_of_a_role(string text, string partition)
    {
        var arn = AwsRoleArn.Parse(text);

        Assert.That(arn.Partition, Is.EqualTo(partition));
        Assert.That(arn.ToString(), Is.EqualTo(text));
    }

    [TestCase("")]
    [TestCase("pull")]
    [TestCase("role/pull")]
    [TestCase("arn:aws:iam::123456789012:role")]
    [TestCase("arn:aws:iam::123456789012:role/")]
    [TestCase("arn:aws:iam::123456789012:role/team/")]
    [TestCase("arn:aws:iam::123456789012:user/pull")]
    [TestCase("arn:aws:iam::123456789012:role/pu ll")]
    [TestCase("arn:aws:iam::123456789012:role/pull:1")]
    [TestCase("arn:aws:iam::12345678901:role/pull")]
    [TestCase("arn:aws:iam::12345678901x:role/pull")]
    [TestCase("arn:aws:iam:eu-west-1:123456789012:role/pull")]
    [TestCase("arn:aws:sts::123456789012:role/pull")]
    [TestCase("arn:gcp:iam::123456789012:role/pull")]
    [TestCase("urn:aws:iam::123456789012:role/pull")]
    [TestCase("arn:aws:iam::123456789012:role/pull\u00e9")]
    public void Parse_rejects_text_that_is_not_a_role_ARN(string text) =>
        Assert.That(
            () => AwsRoleArn.Parse(text),
            Throws.TypeOf<FormatException>().With.Message.EqualTo(
                $"\"{text}\" is not a valid role ARN. Expected the form arn:aws:iam::123456789012:role/pull."));

    [TestCase(" arn:aws:iam::123456789012:role/pull")]
    [TestCase("arn:aws:iam::123456789012:role/pull ")]
    [TestCase("arn:aws:iam::123456789012:role/pull\n")]
    public void Parse_reports_leading_or_trailing_whitespace(string text) =>
        Assert.That(() => AwsRoleArn.Parse(text), Throws.TypeOf<FormatException>().With.Message.EndsWith("has leading or trailing whitespace. Remove it."));
}
