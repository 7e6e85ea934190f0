using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Tests.Aws.Credentials.Profiles;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Configuration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
public sealed class AwsSettingsTests : IDisposable
{
    private readonly ProfileStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [TestCase("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")]
    [TestCase("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")]
    public void A_variable_overrides_the_profile(string variable, string key)
    {
        _stage.WriteConfig($"[default]\n{key} = TRUE # comment\n{key}x = moon");
        Assert.That(
            (_stage.Settings.UseFips, _stage.Settings.UseDualStack),
            Is.EqualTo((variable == "AWS_USE_FIPS_ENDPOINT", variable == "AWS_USE_DUALSTACK_ENDPOINT")));

        _stage.Set(variable, "false");
        Assert.That((_stage.Settings.UseFips, _stage.Settings.UseDualStack), Is.EqualTo((false, false)));
    }

    [Test]
    public void Settings_are_those_of_the_named_profile()
    {
        _stage.WriteConfig("[default]\nendpoint_url = http://default\nuse_fips_endpoint = true\n[profile x]\nmax_attempts = 7");

        var settings = AwsSettings.Read(variable => variable == "HOME" ? _stage.Home : null, "x");

        Assert.That((settings.FindEndpoint("ECR"), settings.UseFips, settings.MaxAttempts), Is.EqualTo(((Uri?)null, false, 7)));
    }

    [TestCase("AWS_ENDPOINT_URL_ECR_PUBLIC=http://a,AWS_ENDPOINT_URL=http://b", "http://a")]
    [TestCase("AWS_ENDPOINT_URL=http://b,AWS_ENDPOINT_URL_ECR=http://a", "http://b")]
    [TestCase("AWS_ENDPOINT_URL_ECR=http://a", "http://service")]
    [TestCase("AWS_PROFILE=y", "http://profile")]
    [TestCase("AWS_PROFILE=z", null)]
    [TestCase("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true,AWS_ENDPOINT_URL=http://b", null)]
    [TestCase("AWS_PROFILE=ignoring,AWS_ENDPOINT_URL_ECR_PUBLIC=http://a", null)]
    [TestCase("AWS_PROFILE=ignoring,AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=false,AWS_ENDPOINT_URL=http://b", "http://b")]
    public void The_endpoint_is_that_of_the_nearest_setting(string variables, string? expected)
    {
        _stage.WriteConfig("""
            [default]
            services = s
            endpoint_url = http://profile
            [services s]
            ecr_public =
              endpoint_url = http://service
            [profile y]
            services = missing
            endpoint_url = http://profile
            [profile ignoring]
            ignore_configured_endpoint_urls = true
            """);
        Set(variables);

        Assert.That(_stage.Settings.FindEndpoint("ECR PUBLIC"), Is.EqualTo(expected is null ? null : new Uri(expected)));
    }

    [TestCase("/a.pem", null, "/a.pem")]
    [TestCase("/a.pem", "/b.pem", null)]
    public void The_CA_bundle_of_the_profile_is_used_unless_the_variable_names_one(string bundle, string? variable, string? expected)
    {
        _stage.WriteConfig($"[default]\nca_bundle = {bundle}").Set("AWS_CA_BUNDLE", variable);

        Assert.That(_stage.Settings.ProfileCaBundle, Is.EqualTo(expected));
    }

    [Test]
    public void A_client_of_its_own_reads_the_CA_bundle_of_the_profile()
    {
        var path = _stage.Write("ca.pem", "");
        _stage.WriteConfig("[default]\nca_bundle = ~/ca.pem");
        using var factory = new AwsHttpClientFactory(NullLogger.Instance, TimeProvider.System);

        var own = factory.For(_stage.Settings);

        Assert.That(own, Is.Not.SameAs(factory).And.SameAs(factory.For(_stage.Settings)));
        Assert.That(own.Create, Throws.TypeOf<EcrCredentialException>().With.Message.Contains($"\"{path}\" (ca_bundle) contains no certificates"));
    }

    [TestCase(null, false)]
    [TestCase("standard", false)]
    [TestCase("legacy", false)]
    [TestCase("Adaptive", true)]
    public void The_retry_mode_is_standard_or_adaptive(string? mode, bool isAdaptive)
    {
        _stage.Set("AWS_RETRY_MODE", mode);

        Assert.That((_stage.Settings.IsRetryAdaptive, _stage.Settings.MaxAttempts), Is.EqualTo((isAdaptive, 3)));
    }

    [TestCase("auto")]
    [TestCase("in-region")]
    [TestCase("InRegion")]
    [TestCase("cross-region")]
    [TestCase("mobile")]
    [TestCase("legacy")]
    [TestCase("STANDARD")]
    public void Every_defaults_mode_is_accepted(string mode)
    {
        _stage.Set("AWS_DEFAULTS_MODE", mode);

        Assert.That(_stage.Settings.CheckDefaultsMode, Throws.Nothing);
    }

    [TestCase("AWS_USE_FIPS_ENDPOINT=yes", "AWS_USE_FIPS_ENDPOINT is \"yes\"; expected true or false")]
    [TestCase("AWS_USE_DUALSTACK_ENDPOINT=1", "AWS_USE_DUALSTACK_ENDPOINT is \"1\"; expected true or false")]
    [TestCase("AWS_RETRY_MODE=moon", "AWS_RETRY_MODE is \"moon\"; expected standard, adaptive or legacy")]
    [TestCase("AWS_MAX_ATTEMPTS=0", "AWS_MAX_ATTEMPTS is \"0\"; expected a whole number above zero")]
    [TestCase("AWS_MAX_ATTEMPTS=many", "AWS_MAX_ATTEMPTS is \"many\"; expected a whole number above zero")]
    [TestCase("AWS_ENDPOINT_URL=moon", "AWS_ENDPOINT_URL is \"moon\"; expected an http or https URL")]
    [TestCase("AWS_ENDPOINT_URL_ECR=ftp://x", "AWS_ENDPOINT_URL_ECR is \"ftp://x\"; expected an http or https URL")]
    [TestCase("AWS_DEFAULTS_MODE=moon", "AWS_DEFAULTS_MODE is \"moon\"; expected auto, standard, in-region, cross-region, mobile or legacy")]
    public void An_invalid_value_is_reported_with_its_variable(string variable, string message)
    {
        Set(variable);

        Assert.That(() => UseAll(_stage.Settings), Throws.TypeOf<EcrCredentialException>().With.Message.EqualTo($"invalid AWS configuration: {message}"));
    }

    [Test]
    public void An_invalid_value_is_reported_with_its_profile_file_and_line()
    {
        _stage.WriteConfig("# comment\n[default]\nuse_fips_endpoint = yes");

        Assert.That(() => UseAll(_stage.Settings), Throws.TypeOf<EcrCredentialException>().With.Message.EqualTo(
            "invalid AWS configuration: use_fips_endpoint of the AWS profile \"default\" "
                + $"(\"{_stage.Home}/.aws/config\", line 3) is \"yes\"; expected true or false"));
    }

    [Test]
    public void A_relative_CA_bundle_is_rejected()
    {
        _stage.WriteConfig("[default]\nca_bundle = ca.pem");

        Assert.That(() => _stage.Settings.ProfileCaBundle, Throws.TypeOf<EcrCredentialException>().With.Message.EndsWith(
            "line 2) is \"ca.pem\"; expected an absolute path"));
    }

    [TestCase("legacy", true)]
    [TestCase("Regional", true)]
    [TestCase("moon", false)]
    public void The_kind_of_STS_endpoints_is_checked(string kind, bool isValid)
    {
        _stage.WriteConfig($"[default]\nsts_regional_endpoints = {kind}");

        Assert.That(_stage.Settings.CheckStsEndpoints, isValid ? Throws.Nothing : Throws.TypeOf<EcrCredentialException>());
    }

    private static void UseAll(AwsSettings settings)
    {
        _ = settings.UseFips;
        _ = settings.UseDualStack;
        _ = settings.IsRetryAdaptive;
        _ = settings.MaxAttempts;
        _ = settings.FindEndpoint("ECR");
        settings.CheckDefaultsMode();
    }

    private void Set(string variables)
    {
        foreach (var variable in variables.Split(','))
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            _stage.Set(variable[..equals], variable[(equals + 1)..]);
        }
    }
}
