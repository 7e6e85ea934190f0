using Ecr.Credentials.Aws.Configuration;

namespace Ecr.Credentials.Tests.Aws.Configuration;

public sealed class IniFileTests
{
    [TestCase("[default]\nregion = eu-west-1", "eu-west-1")]
    [TestCase("[default]\r\nregion=eu-west-1\r\n", "eu-west-1")]
    [TestCase("[ default ]\n\tREGION\t=\teu-west-1\t\n", "eu-west-1")]
    [TestCase("# a comment\n; another\n\n[default] # a third\n  # a fourth\nregion = eu-west-1", "eu-west-1")]
    [TestCase("[default]\nregion = a=b", "a=b")]
    [TestCase("[default]\nregion = a#b;c", "a#b;c")]
    [TestCase("[default]\nregion =", "")]
    [TestCase("[default]\nregion = us-east-1\nregion = eu-west-1", "eu-west-1")]
    [TestCase("[default]\nregion = us-east-1\n[other]\n[default]\nregion = eu-west-1", "eu-west-1")]
    [TestCase("[default]\nregion = us-east-1\n[default]\noutput = json", "us-east-1")]
    [TestCase("[default]\n  output = json\n  region = eu-west-1", "eu-west-1")]
    [TestCase("[default]\ns3 =\n  region = us-east-1\n  no setting\n\n  # comment\n  more = x\nregion = eu-west-1", "eu-west-1")]
    [TestCase("[default]\ns3 =\n  region = us-east-1", null)]
    [TestCase("[default]#comment\nregion: eu-west-1", "eu-west-1")]
    [TestCase("[default]\nregion : a=b", "a=b")]
    [TestCase("[default]\nregion = a:b", "a:b")]
    [TestCase("[default]\nregion = a\n  -b\n\n\tc=d e\n --f=g", "a\n-b\nc=d e\n--f=g")]
    [TestCase("[default]\nregion = a\n --f=g\n h: i", "a\n--f=g\nh: i")]
    [TestCase("[default]\n  output = json\n    region = b\n  region = a", "a")]
    [TestCase("  [default]\n  region = a\n    b\n  [other]\n  region = c", "a\nb")]
    [TestCase("[default]\nregion = a\n  [other]\nregion = c", "c", Description = "a header that is indented more than a setting continues it")]
    [TestCase("[default]\nregion = a\n[other]\n b = c\nregion = d", "a")]
    [TestCase("[default]\nregion = us-east-1\noutput = json\n  region = eu-west-1", "us-east-1")]
    [TestCase("[default]\nregion = a\u0085b\u2028c", "a\u0085b\u2028c")]
    [TestCase("[default]\rregion = a\routput = json", "a")]
    [TestCase("[default]\nregion = a\n\0", "a")]
    [TestCase("[default\nregion = a", null)]
    [TestCase("region = a\n[default]", null)]
    [TestCase("[Default]\nregion = eu-west-1", null)]
    [TestCase("", null)]
    public void Parse_reads_the_settings_of_each_section(string text, string? region) =>
        Assert.That(IniFile.Parse(text).Find("default")?.Settings.GetValueOrDefault("region")?.Text, Is.EqualTo(region));

    [TestCase("[profile node]")]
    [TestCase("[profile  node]")]
    [TestCase("[ profile\tnode ]")]
    public void Whitespace_between_the_kind_of_a_section_and_its_name_is_one_space(string section) =>
        Assert.That(IniFile.Parse(section).Find("profile node"), Is.Not.Null);

    [TestCase("[profile \"my node\"]", "profile my node")]
    [TestCase("[sso-session 'My Corp'] # x", "sso-session My Corp")]
    [TestCase("[profile 'x]", "profile 'x")]
    [TestCase("[profile \"x']", "profile \"x'")]
    [TestCase("[profile \"]", "profile \"")]
    [TestCase("['x']", "'x'")]
    public void Quotes_around_the_name_of_a_section_are_removed(string section, string name) =>
        Assert.That(IniFile.Parse(section).Find(name), Is.Not.Null);

    [Test]
    public void A_nested_setting_has_a_key_of_its_own()
    {
        const string Text = "[services x]\necr =\n  endpoint_url = http://localhost:1\n  nonsense\nsts =\n  endpoint_url = b";

        var settings = IniFile.Parse(Text).Find("services x")!.Settings;

        Assert.That(settings, Has.Count.EqualTo(4));
        Assert.That(settings[IniSection.NestedKey("ecr", "endpoint_url")].Text, Is.EqualTo("http://localhost:1"));
        Assert.That(settings[IniSection.NestedKey("sts", "endpoint_url")].Text, Is.EqualTo("b"));
    }

    [TestCase("aws_secret_access_key = hunter2", "line 1 is not in a section")]
    [TestCase("\n[default\naws_secret_access_key = hunter2", "line 2 has no closing bracket")]
    [TestCase("[default]\nregion = x\n[hunter2\n[other\n", "line 3 has no closing bracket")]
    [TestCase("[default]\nhunter2", null)]
    public void A_line_outside_sections_is_an_error_of_the_file(string text, string? error) =>
        Assert.That(IniFile.Parse(text).Error, Is.EqualTo(error));

    [TestCase("use_fips_endpoint = true", "line 1 is not in a section")]
    [TestCase("nonsense\nUSE_FIPS_ENDPOINT true\n[default]", "line 2 is not in a section")]
    [TestCase("[default]\n\nca_bundle hunter2\nhunter3", "line 3 is not a setting")]
    [TestCase("[default]\nUSE_DUALSTACK_ENDPOINT", "line 2 is not a setting")]
    [TestCase("[default]\ns3 =\nendpoint_url\thunter2", "line 3 is not a setting")]
    [TestCase("[default\nregion = x\nuse_fips_endpoint = true", "line 1 has no closing bracket")]
    [TestCase("[default]\n[default\nservices = x", "line 2 has no closing bracket")]
    [TestCase("aws_secret_access_key = hunter2\nname = value\n[default]\nregion = x", null)]
    [TestCase("[default\nregion = x", null)]
    [TestCase("[default]\nregion hunter2", null)]
    [TestCase("[default]\ns3 =\n  use_fips_endpoint true", null)]
    [TestCase("[default]\nregion = x\n[other]\nuse_fips_endpoint true\n[other\nuse_fips_endpoint = true", null)]
    public void A_setting_that_decides_where_a_request_goes_is_never_lost_silently(string text, string? error) =>
        Assert.That(IniFile.Parse(text).FindLostRoute("default"), Is.EqualTo(error));

    [TestCase("[default]\n\naws_secret_access_key hunter2\nhunter3", "line 3 is not a setting")]
    [TestCase("[default]\n= hunter2", "line 2 is not a setting")]
    [TestCase("[default]\n  hunter2", "line 2 is not a setting")]
    [TestCase("[default]\ns3 =\n  hunter2", null)]
    [TestCase("[default]\nregion = x\n[other]\nhunter2", null)]
    public void A_line_without_meaning_is_a_problem_of_its_section_and_never_repeated(string text, string? problem) =>
        Assert.That(IniFile.Parse(text).Find("default")!.Problem, Is.EqualTo(problem));
}
