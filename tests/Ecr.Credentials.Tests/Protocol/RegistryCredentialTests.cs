using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class RegistryCredentialTests
{
    [Test]
    public void ToString_hides_the_password()
    {
        var auth = new RegistryCredential("AWS", "secret");

        Assert.That(auth.ToString(), Is.EqualTo("\"AWS\" with a hidden password"));
        Assert.That($"{auth}", Does.Not.Contain("secret"));
    }
}
