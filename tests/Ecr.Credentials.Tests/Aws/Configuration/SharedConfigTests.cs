using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Tests.Aws.Credentials.Profiles;

namespace Ecr.Credentials.Tests.Aws.Configuration;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
public sealed class SharedConfigTests : IDisposable
{
    private readonly ProfileStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Test]
    public void Settings_in_the_credentials_file_override_those_in_the_config_file()
    {
        _stage.WriteCredentials("[node]\nregion = eu-west-1\n").WriteConfig("[profile node]\nregion = us-east-1\nrole_arn = pull\n");

        var profile = _stage.Files.Find("node")!;

        Assert.That((profile["region"], profile["role_arn"]), Is.EqualTo(("eu-west-1", "pull")));
    }

    [TestCase("default", "[default]\nregion = eu-west-1", "eu-west-1")]
    [TestCase("default", "[profile default]\nregion = eu-west-1\n[default]\nregion = us-east-1", "eu-west-1")]
    [TestCase("node", "[profile node]\nregion = eu-west-1", "eu-west-1")]
    [TestCase("my node", "[profile my node]\nregion = eu-west-1", "eu-west-1")]
    [TestCase("node", "[node]\nregion = eu-west-1", null)]
    [TestCase("node", "[profile Node]\nregion = eu-west-1", null)]
    [TestCase("node", "[sso-session node]\nregion = eu-west-1", null)]
    public void Profile_sections_of_the_config_file_are_prefixed_with_profile(string name, string config, string? region)
    {
        _stage.WriteConfig(config);

        Assert.That(_stage.Files.Find(name)?["region"], Is.EqualTo(region));
    }

    [TestCase("node", "[node]\nregion = eu-west-1", "eu-west-1")]
    [TestCase("node", "[profile node]\nregion = eu-west-1", null)]
    public void Profile_sections_of_the_credentials_file_have_no_prefix(string name, string credentials, string? region)
    {
        _stage.WriteCredentials(credentials);

        Assert.That(_stage.Files.Find(name)?["region"], Is.EqualTo(region));
    }

    [TestCase("region = eu-west-1 # Ireland", "eu-west-1")]
    [TestCase("region = eu-west-1\t; Ireland", "eu-west-1")]
    [TestCase("region = a#b;c", "a#b;c")]
    [TestCase("region = # Ireland", null)]
    [TestCase("region =", null)]
    public void A_trailing_comment_is_removed_and_an_empty_value_is_missing(string line, string? region)
    {
        _stage.WriteConfig($"[default]\n{line}");

        Assert.That(_stage.Files.Find("default")!["region"], Is.EqualTo(region));
    }

    [Test]
    public void A_credential_process_is_read_verbatim_including_comment_characters()
    {
        _stage.WriteConfig("[default]\ncredential_process = a ; b #c");

        Assert.That(_stage.Files.Find("default")!.CredentialProcess, Is.EqualTo("a ; b #c"));
    }

    [TestCase(SharedConfig.CredentialsFileVariable, "[node]\nregion = eu-west-1")]
    [TestCase(SharedConfig.ConfigFileVariable, "[profile node]\nregion = eu-west-1")]
    public void A_variable_moves_one_file_and_the_other_is_still_read_from_the_home_directory(string variable, string text)
    {
        _stage.Set(variable, _stage.Write("elsewhere/aws", text));
        _stage.WriteCredentials("[home]\nregion = us-east-1").WriteConfig("[profile home]\noutput = json");

        var files = _stage.Files;

        Assert.That(files.Find("node")?["region"], Is.EqualTo("eu-west-1"));
        Assert.That(files.Find("home"), Is.Not.Null);
        Assert.That(files.ToString(), Does.Contain(Path.Combine("elsewhere", "aws")).And.Contain($"{_stage.Home}{Path.DirectorySeparatorChar}.aws"));
    }

    [TestCase(SharedConfig.CredentialsFileVariable)]
    [TestCase(SharedConfig.ConfigFileVariable)]
    public void A_variable_that_names_a_missing_file_is_an_error(string variable)
    {
        var missing = Path.Combine(_stage.Home, "missing");
        _stage.Set(variable, missing).WriteCredentials("[default]\n").WriteConfig("[default]\n");

        AssertMisconfigured($"cannot read \"{missing}\" ({variable}): ");
    }

    [Test]
    public void A_variable_that_names_a_directory_is_an_error()
    {
        _stage.Set(SharedConfig.ConfigFileVariable, _stage.Home);

        AssertMisconfigured($"cannot read \"{_stage.Home}\" ({SharedConfig.ConfigFileVariable}): ");
    }

    [Test]
    public void The_error_for_a_malformed_file_contains_its_path_but_none_of_its_text()
    {
        var path = _stage.Write(".aws/credentials", "[default]\naws_secret_access_key hunter2\n");

        var message = AssertMisconfigured($"invalid file \"{path}\": line 2 is neither a section nor a setting; expected [section] or key = value");
        Assert.That(message, Does.Not.Contain("hunter2"));
    }

    [Test]
    public void An_unreadable_file_in_the_home_directory_is_ignored_and_reported()
    {
        Directory.CreateDirectory(Path.Combine(_stage.Home, ".aws", "credentials"));

        Assert.That(_stage.Files.Find("default"), Is.Null);
        Assert.That(_stage.Files.ToString(), Is.EqualTo(
            $"\"{Path.Combine(_stage.Home, ".aws", "credentials")}\" (unreadable) or \"{Path.Combine(_stage.Home, ".aws", "config")}\""));
    }

    [TestCase(".")]
    [TestCase("home")]
    public void A_relative_home_directory_is_ignored(string home)
    {
        _stage.Set("HOME", home);

        Assert.That(HomeDirectory.Find(variable => variable == "HOME" ? home : null), Is.Null);
        Assert.That(_stage.Files.ToString(), Is.EqualTo("~/.aws/credentials or ~/.aws/config"));
    }

    [Test]
    public void Without_HOME_the_home_directory_of_the_user_is_used() =>
        Assert.That(HomeDirectory.Find(_ => null), Is.EqualTo(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)));

    [TestCase(null, "default")]
    [TestCase("node", "node")]
    public void AWS_PROFILE_selects_the_current_profile(string? variable, string expected)
    {
        _stage.Set(SharedConfig.ProfileVariable, variable);

        Assert.That(_stage.Files.CurrentProfile, Is.EqualTo(expected));
    }

    [Test]
    public void ToString_of_a_profile_shows_its_name_and_no_settings()
    {
        _stage.WriteCredentials("[node]\naws_secret_access_key = hunter2");

        Assert.That(_stage.Files.Find("node")!.ToString(), Is.EqualTo("the AWS profile \"node\""));
    }

    private string AssertMisconfigured(string message)
    {
        var exception = Assert.Throws<EcrCredentialException>(() => _ = _stage.Files)!;
        Assert.That(exception.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(exception.Message, Does.StartWith(message));
        return exception.Message;
    }
}
