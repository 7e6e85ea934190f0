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
    [TestCase("region = \"eu-west-1\" # Ireland", "eu-west-1")]
    [TestCase("region = \"a\" \"b\"", "\"a\" \"b\"")]
    [TestCase("region = \"", "\"")]
    [TestCase("region = a # b\n  c # d", "a\nc # d")]
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
        _stage.WriteConfig("[default]\ncredential_process = \"a\" ; b #c\n  --d=\"e\"");

        Assert.That(_stage.Files.Find("default")!.CredentialProcess, Is.EqualTo("\"a\" ; b #c --d=\"e\""));
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
    public void A_variable_that_names_a_missing_file_is_reported_where_nothing_is_found(string variable)
    {
        var missing = Path.Combine(_stage.Home, "missing");
        _stage.Set(variable, missing).WriteCredentials("[default]\n").WriteConfig("[default]\n");

        Assert.That(_stage.Files.Find("default"), Is.Not.Null, "The other file is read.");
        Assert.That(_stage.Files.ToString(), Does.Contain($"\"{missing}\" ({variable}, does not exist)"));
    }

    [TestCase(SharedConfig.CredentialsFileVariable, "[node]\nregion = eu-west-1")]
    [TestCase(SharedConfig.ConfigFileVariable, "[profile node]\nregion = eu-west-1")]
    public void A_tilde_in_a_variable_is_the_home_directory(string variable, string text)
    {
        _stage.Write("elsewhere/aws", text);
        _stage.Set(variable, "~/elsewhere/aws");

        Assert.That(_stage.Files.Find("node")?["region"], Is.EqualTo("eu-west-1"));
    }

    [TestCase(SharedConfig.CredentialsFileVariable)]
    [TestCase(SharedConfig.ConfigFileVariable)]
    public void A_relative_path_is_an_error(string variable)
    {
        _stage.Set(variable, "aws/config");

        AssertMisconfigured($"invalid AWS configuration: {variable} is \"aws/config\"; expected an absolute path");
    }

    [Test]
    public void A_variable_that_names_a_directory_is_an_error()
    {
        _stage.Set(SharedConfig.ConfigFileVariable, _stage.Home);

        AssertMisconfigured($"cannot read \"{_stage.Home}\" ({SharedConfig.ConfigFileVariable}): ");
    }

    [TestCase(".aws/credentials", "[node]\nca_bundle hunter2\n")]
    [TestCase(".aws/config", "[profile node]\nca_bundle hunter2\n")]
    public void A_lost_setting_is_an_error_only_of_the_profile_that_contains_it(string file, string text)
    {
        var path = _stage.Write(file, $"{text}[profile other]\nregion = eu-west-1\n[other]");

        Assert.That(_stage.Files.Find("other"), Is.Not.Null);
        var message = AssertMisconfigured($"cannot read the AWS settings in \"{path}\": line 2 is not a setting", "node");
        Assert.That(message, Does.Not.Contain("hunter2"));
    }

    [Test]
    public void A_line_without_meaning_is_a_remark()
    {
        var path = _stage.Write(".aws/credentials", "[node]\nhunter2\n");

        Assert.That(_stage.Files.Find("node")!.Remark, Is.EqualTo($" (\"{path}\": line 2 is not a setting)"));
    }

    [Test]
    public void A_line_outside_sections_is_reported_where_nothing_is_found()
    {
        _stage.WriteCredentials("nonsense\n").WriteConfig("[profile node\n");

        Assert.That(_stage.Files.Find("default"), Is.Null);
        Assert.That(
            _stage.Files.ToString(),
            Does.Contain("credentials\" (line 1 is not in a section) or ").And.EndsWith("config\" (line 1 has no closing bracket)"));
    }

    [TestCase("use_fips_endpoint = true\n", ": line 1 is not in a section")]
    [TestCase("\n[default\nuse_fips_endpoint = true\n", ": line 2 has no closing bracket")]
    public void A_setting_is_never_lost_silently(string config, string message)
    {
        _stage.WriteConfig(config);

        var exception = Assert.Throws<EcrCredentialException>(() => _stage.Files.Find("default"))!;

        Assert.That(exception.Message, Does.EndWith(message));
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

    [TestCase(null, null, "default")]
    [TestCase("node", null, "node")]
    [TestCase("node", "other", "node")]
    [TestCase(null, "other", "other")]
    public void The_current_profile_is_the_one_that_the_environment_names(string? variable, string? older, string expected)
    {
        _stage.Set(SharedConfig.ProfileVariable, variable).Set(SharedConfig.DefaultProfileVariable, older);

        Assert.That(_stage.Files.CurrentProfile, Is.EqualTo(expected));
    }

    [Test]
    public void ToString_of_a_profile_shows_its_name_and_no_settings()
    {
        _stage.WriteCredentials("[node]\naws_secret_access_key = hunter2");

        Assert.That(_stage.Files.Find("node")!.ToString(), Is.EqualTo("the AWS profile \"node\""));
    }

    private string AssertMisconfigured(string message, string profile = "default")
    {
        var exception = Assert.Throws<EcrCredentialException>(() => _stage.Files.Find(profile))!;
        Assert.That(exception.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(exception.Message, Does.StartWith(message));
        return exception.Message;
    }
}
