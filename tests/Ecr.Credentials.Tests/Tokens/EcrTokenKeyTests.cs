using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Tokens;

public sealed class EcrTokenKeyTests
{
    private const string Host = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

    private static readonly object Scope = new();

    [TestCase("123456789012.dkr.ecr.us-east-1.amazonaws.com")]
    [TestCase("210987654321.dkr.ecr.us-east-1.amazonaws.com")]
    [TestCase("123456789012.dkr.ecr.us-east-1.amazonaws.com:443")]
    public void Registries_with_the_same_API_have_the_same_key(string host)
    {
        Assert.That(Key(host), Is.EqualTo(Key(Host)));
        Assert.That(Key(host).GetHashCode(), Is.EqualTo(Key(Host).GetHashCode()));
    }

    [TestCase("123456789012.dkr.ecr.us-east-2.amazonaws.com", TestName = "Another region has another key")]
    [TestCase("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", TestName = "A FIPS host has another key")]
    [TestCase("123456789012.dkr-ecr.us-east-1.on.aws", TestName = "A dual-stack host has another key")]
    [TestCase("public.ecr.aws", TestName = "ECR Public has another key than private ECR in its region")]
    public void Registries_with_another_API_have_another_key(string host)
    {
        Assert.That(EcrRegistry.Parse(host).ApiEndpoint, Is.Not.EqualTo(EcrRegistry.Parse(Host).ApiEndpoint));
        Assert.That(Key(host), Is.Not.EqualTo(Key(Host)));
    }

    [Test]
    public void Another_cache_has_another_key()
    {
        Assert.That(new EcrTokenKey(new object(), EcrRegistry.Parse(Host), EcrIdentity.Default), Is.Not.EqualTo(Key(Host)));
        Assert.That(Key(Host).Equals("text"), Is.False);
    }

    [Test]
    public void Another_identity_has_another_key()
    {
        var profile = new EcrTokenKey(Scope, EcrRegistry.Parse(Host), EcrIdentity.Profile("ci"));

        Assert.That(profile, Is.Not.EqualTo(Key(Host)));
        Assert.That(profile, Is.EqualTo(new EcrTokenKey(Scope, EcrRegistry.Parse(Host), EcrIdentity.Profile("ci"))));
    }

    [Test]
    public void A_request_remembers_its_key_for_the_most_recent_cache()
    {
        var request = new EcrTokenRequest(EcrRegistry.Parse(Host));
        var key = request.GetKey(Scope);

        Assert.That(request.GetKey(Scope), Is.SameAs(key));
        Assert.That(request.GetKey(new object()), Is.Not.EqualTo(key));
        Assert.That(request.GetKey(Scope), Is.EqualTo(key));
    }

    private static EcrTokenKey Key(string host) => new(Scope, EcrRegistry.Parse(host), EcrIdentity.Default);
}
