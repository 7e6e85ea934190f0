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
    public void Identities_are_equal_when_they_are_made_of_the_same_values_and_only_then() => Assert.Multiple(() =>
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
    public void No_identity_shows_a_secret_in_its_text_or_in_the_debugger() => Assert.Multiple(() =>
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
    public void An_identity_says_what_it_is() => Assert.Multiple(() =>
    {
        Assert.That(EcrIdentity.Default.ToString(), Is.EqualTo("the default AWS identity"));
        Assert.That(EcrIdentity.Profile("ci").ToString(), Is.EqualTo("the profile \"ci\""));
        Assert.That(EcrIdentity.Role(Role).ToString(), Is.EqualTo($"the role {Role}"));
        Assert.That(EcrIdentity.WebIdentity("t", Role).ToString(), Is.EqualTo($"the role {Role}, assumed with a web identity token"));
        Assert.That(EcrIdentity.Credentials(Keys).ToString(), Is.EqualTo("credentials of the caller"));
    });

    [Test]
    public void An_identity_cannot_be_made_of_nothing_or_of_a_role_that_is_none() => Assert.Multiple(() =>
    {
        Assert.That(() => EcrIdentity.Profile(""), Throws.ArgumentException);
        Assert.That(() => EcrIdentity.WebIdentity("", Role), Throws.ArgumentException);
        Assert.That(() => EcrIdentity.WebIdentity("t", "pull"), Throws.ArgumentException.With.Message.Contains("\"pull\" is not the ARN of a role."));
        Assert.That(() => EcrIdentity.Role("pull"), Throws.ArgumentException.With.Message.Contains("\"pull\" is not the ARN of a role."));
        Assert.That(() => EcrIdentity.Credentials(null!), Throws.ArgumentNullException);
    });
}
