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
    [TestCase("[Default]\nregion = eu-west-1", null)]
    [TestCase("", null)]
    public void Parse_reads_the_settings_of_each_section(string text, string? region) =>
        Assert.That(IniFile.Parse(text).Find("default")?.GetValueOrDefault("region"), Is.EqualTo(region));

    [TestCase("[profile node]")]
    [TestCase("[profile  node]")]
    [TestCase("[ profile\tnode ]")]
    public void Whitespace_between_the_kind_of_a_section_and_its_name_is_one_space(string section) =>
        Assert.That(IniFile.Parse(section).Find("profile node"), Is.Not.Null);

    [TestCase("aws_secret_access_key = hunter2", "line 1 is before the first section")]
    [TestCase("[default]\n\naws_secret_access_key hunter2", "line 3 is neither a section nor a setting")]
    [TestCase("[default]\n= hunter2", "line 2 is neither a section nor a setting")]
    [TestCase("[default]\nregion = x\n  hunter2", "line 3 is neither a section nor a setting")]
    [TestCase("[default]\nregion = x\n[hunter2", "line 3 has no closing bracket")]
    [TestCase("[default]\ns3 =\nhunter2", "line 3 is neither a section nor a setting")]
    public void Parse_reports_the_number_of_an_invalid_line_and_never_the_line(string text, string message) =>
        Assert.That(() => IniFile.Parse(text), Throws.TypeOf<FormatException>().With.Message.EqualTo(message));
}
