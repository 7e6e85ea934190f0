using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Tests.Matching;

public sealed class IPv6SyntaxTests
{
    [TestCase("::")]
    [TestCase("::1")]
    [TestCase("1::")]
    [TestCase("fe80::1:2")]
    [TestCase("ABCD:ef01:2345:6789:0:00:000:0000")]
    [TestCase("1:2:3:4:5:6:7::")]
    [TestCase("::2:3:4:5:6:7:8")]
    [TestCase("1:2:3:4:5:6:1.2.3.4")]
    [TestCase("::255.255.255.255")]
    [TestCase("1:2:3:4:5::0.0.0.0")]
    public void IsValid_accepts_addresses(string address) => Assert.That(IPv6Syntax.IsValid(address));

    [TestCase("")]
    [TestCase("1")]
    [TestCase(":")]
    [TestCase(":1")]
    [TestCase("1:")]
    [TestCase(":::")]
    [TestCase("1:2:3:4:5:6:7", Description = "too few groups")]
    [TestCase("1:2:3:4:5:6:7:8:9", Description = "too many groups")]
    [TestCase("1:2:3:4:5:6:7:8::", Description = "nothing left for the ellipsis")]
    [TestCase("1::2::3", Description = "two ellipses")]
    [TestCase("12345::", Description = "more than four digits")]
    [TestCase("::00001", Description = "more than four digits")]
    [TestCase("g::", Description = "not hexadecimal")]
    [TestCase("1.2.3.4", Description = "IPv4")]
    [TestCase("::1.2.3", Description = "too few octets")]
    [TestCase("::1.2.3.4.5", Description = "too many octets")]
    [TestCase("::1.2.3.256", Description = "octet too large")]
    [TestCase("::1.2.3.04", Description = "leading zero")]
    [TestCase("::1.2..4", Description = "empty octet")]
    [TestCase("::1.2.3.a", Description = "hexadecimal octet")]
    [TestCase("::1.2.3.4:5", Description = "IPv4 not at the end")]
    [TestCase("1:2:3:4:5:1.2.3.4", Description = "too few groups before IPv4")]
    [TestCase("1:2:3:4:5:6:7:1.2.3.4", Description = "too many groups before IPv4")]
    [TestCase("1:2:3:4:5:6::1.2.3.4", Description = "nothing left for the ellipsis before IPv4")]
    [TestCase("[::1]", Description = "brackets")]
    [TestCase("::1/64", Description = "prefix length")]
    [TestCase("::1%eth0", Description = "zone")]
    public void IsValid_rejects_everything_else(string address) => Assert.That(IPv6Syntax.IsValid(address), Is.False);
}
