using System.Diagnostics;
using System.Reflection;
using Amazon.Runtime;
using Ecr.Credentials.Identity;

namespace Ecr.Credentials.Tests.Identity;

public sealed class EcrIdentityTests
{
    private const string Role = "arn:aws:iam::123456789012:role/pull";
    private const string OtherRole = "arn:aws:iam::123456789012:role/push";

    private static readonly AWSCredentials Keys = new BasicAWSCredentials("AKIASECRETSECRETSECR", "secret-key");

    private static readonly Func<EcrIdentity>[] Different =
    [
        () => EcrIdentity.Default,
        () => EcrIdentity.Profile("a"),
        () => EcrIdentity.Profile("b"),
        () => EcrIdentity.Role(Role),
        () => EcrIdentity.Role(OtherRole),
        () => EcrIdentity.Role(Role, "id"),
        () => EcrIdentity.Role(Role, "other id"),
        () => EcrIdentity.WebIdentity("secret-token", Role),
        () => EcrIdentity.WebIdentity("other-secret-token", Role),
        () => EcrIdentity.WebIdentity("secret-token", OtherRole),
        () => EcrIdentity.Credentials(Keys),
        () => EcrIdentity.Credentials(new BasicAWSCredentials("AKIASECRETSECRETSECR", "other-secret-key")),
    ];

    [Test]
    public void Identities_are_equal_if_and_only_if_their_values_are_equal() => Assert.Multiple(() =>
    {
        for (var i = 0; i < Different.Length; i++)
        {
            for (var j = 0; j < Different.Length; j++)
            {
                Assert.That(Different[i]().Equals(Different[j]()), Is.EqualTo(i == j), $"{i} and {j}");
            }

            var (one, same) = (Different[i](), Different[i]());
            Assert.That(one.GetHashCode(), Is.EqualTo(same.GetHashCode()));
        }
    });

    [Test]
    public void ToString_and_the_debugger_show_no_secret() => Assert.Multiple(() =>
    {
        foreach (var make in Different)
        {
            Assert.That(make().ToString(), Does.Not.Contain("secret").IgnoreCase);
        }

        var properties = typeof(EcrIdentity).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        Assert.That(
            properties.Select(property => property.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State), Is.All.EqualTo(DebuggerBrowsableState.Never));
    });

    [Test]
    public void ToString_describes_the_identity() => Assert.Multiple(() =>
    {
        Assert.That(EcrIdentity.Default.ToString(), Is.EqualTo("the default AWS identity"));
        Assert.That(EcrIdentity.Profile("ci").ToString(), Is.EqualTo("the profile \"ci\""));
        Assert.That(EcrIdentity.Role(Role).ToString(), Is.EqualTo($"the role {Role}"));
        Assert.That(EcrIdentity.WebIdentity("t", Role).ToString(), Is.EqualTo($"the role {Role}, assumed with a web identity token"));
        Assert.That(EcrIdentity.Credentials(Keys).ToString(), Is.EqualTo("the caller's AWS credentials"));
    });

    [Test]
    public void Empty_values_and_invalid_role_ARNs_are_rejected() => Assert.Multiple(() =>
    {
        Assert.That(() => EcrIdentity.Profile(""), Throws.ArgumentException);
        Assert.That(() => EcrIdentity.WebIdentity("", Role), Throws.ArgumentException);
        Assert.That(() => EcrIdentity.WebIdentity("t", "pull"), Throws.ArgumentException.With.Message.Contains("\"pull\" is not a valid role ARN."));
        Assert.That(() => EcrIdentity.Role("pull"), Throws.ArgumentException.With.Message.Contains("\"pull\" is not a valid role ARN."));
        Assert.That(() => EcrIdentity.Credentials(null!), Throws.ArgumentNullException);
    });
}
