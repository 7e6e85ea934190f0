using Ecr.Credentials.Aws.Configuration;

namespace Ecr.Credentials.Tests.Aws.Configuration;

public sealed class AwsEnvironmentTests
{
    // A unique name, because the environment is shared by the whole process.
    private const string Variable = "AWS_ENVIRONMENT_TESTS";

    [TestCase("value", "value")]
    [TestCase(" ", " ")]
    [TestCase("", null)]
    [TestCase(null, null)]
    public void An_empty_variable_is_not_set(string? value, string? expected)
    {
        Environment.SetEnvironmentVariable(Variable, value);

        Assert.That(AwsEnvironment.Get(Variable), Is.EqualTo(expected));
    }

    [TearDown]
    public void RemoveVariable() => Environment.SetEnvironmentVariable(Variable, null);
}
