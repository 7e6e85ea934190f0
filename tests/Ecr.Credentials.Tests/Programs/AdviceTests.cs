using Ecr.Credentials.Shim;

namespace Ecr.Credentials.Tests.Programs;

/// <summary>The advice that the executable adds to the library's messages.</summary>
public sealed class AdviceTests
{
    [TestCase(EcrCredentialErrorReason.NotAnEcrRegistry, "matchImages", null, "--registry-alias")]
    [TestCase(EcrCredentialErrorReason.NoAwsCredentials, "the provider's env", null, null)]
    [TestCase(EcrCredentialErrorReason.Timeout, "--timeout", "--timeout", "--timeout")]
    public void Advice_names_the_setting_that_helps(EcrCredentialErrorReason reason, string? kubelet, string? docker, string? terminal)
    {
        AssertNames(Advice.ForKubelet(reason), kubelet);
        AssertNames(Advice.ForDocker(reason), docker);
        AssertNames(Advice.ForTerminal(reason), terminal);
    }

    [Test]
    public void Settings_of_a_node_appear_only_in_advice_for_the_kubelet([Values] EcrCredentialErrorReason reason)
    {
        foreach (var advice in new[] { Advice.ForDocker(reason), Advice.ForTerminal(reason) })
        {
            Assert.That(advice ?? "", Does.Not.Contain("matchImages").And.Not.Contain("node").And.Not.Contain("env"));
        }
    }

    [Test]
    public void Advice_is_whole_sentences([Values] EcrCredentialErrorReason reason)
    {
        foreach (var advice in new[] { Advice.ForKubelet(reason), Advice.ForDocker(reason), Advice.ForTerminal(reason) })
        {
            Assert.That(advice, Is.Null.Or.Match("^[A-Z].*[.]$"));
        }
    }

    private static void AssertNames(string? advice, string? setting) => Assert.That(advice, setting is null ? Is.Null : Does.Contain(setting));
}
