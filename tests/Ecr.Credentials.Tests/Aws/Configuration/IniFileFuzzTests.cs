using System.Text;
using System.Text.RegularExpressions;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Tests.Aws.Credentials.Profiles;

namespace Ecr.Credentials.Tests.Aws.Configuration;

/// <summary>The reader against a slow and obvious one, with files that are made of what occurs in real ones.</summary>
public sealed class IniFileFuzzTests
{
    private const int Seed = 15;
    private const int Files = 20_000;

    private static readonly string[] Fragments =
    [
        "[", "]", "[default]", "[profile a]", "[profile  a]", "[ profile\ta ]", "[profile 'a']",
        "[sso-session \"a b\"]", "[services s]", "[profile a", "[]", "[ ]", "=", ":", " = ", "region", "region = x",
        "REGION=y", "use_fips_endpoint", "use_fips_endpoint = true", "aws_secret_access_key = s", "s3", "s3 =", "ecr =",
        "endpoint_url = http://x", "a", "b", "--c=d", "\"", "'", "\"q\"", "#", ";", " # c", "\t; c", "# [default]", " ",
        "  ", "\t", "\n", "\n", "\n", "\r\n", "\r", "\n ", "\n  ", "\n\t", "\0", "\u0085", "\u2028", "\u00a0", "é",
        "\ud800", "\uFEFF",
    ];

    [Test]
    public void The_reader_finds_the_same_settings_and_errors_as_a_slow_one()
    {
        var random = new Random(Seed);
        for (var i = 0; i < Files; i++)
        {
            var text = Generate(random);
            Assert.That(() => SlowIniFile.Compare(IniFile.Parse(text), text), Throws.Nothing, Show(text));
        }
    }

    [Test]
    public void A_section_never_has_a_value_of_another_one()
    {
        var random = new Random(Seed);
        string[] headers = ["[default]", "[profile a]", "[profile 'b']", "[profile c", "[services a]", "[sso-session a]"];
        string[] names = ["default", "profile a", "profile b", "profile c", "services a", "sso-session a"];
        for (var i = 0; i < Files; i++)
        {
            var text = new StringBuilder();
            for (var header = random.Next(1, 6); header > 0; header--)
            {
                var section = random.Next(headers.Length);
                text.Append(headers[section]).Append(random.Next(3) == 0 ? " # " : "").Append('\n');
                for (var line = random.Next(6); line > 0; line--)
                {
                    var indent = new string(' ', random.Next(4));
                    var mark = $"<{section}>";
                    text.Append(indent).Append(random.Next(5) switch
                    {
                        0 => $"key{random.Next(3)} = {mark}",
                        1 => $"key{random.Next(3)}: {mark}",
                        2 => $"key{random.Next(3)} =",
                        3 => mark,
                        _ => $"region = {mark}",
                    }).Append(random.Next(4) == 0 ? "\r\n" : "\n");
                }
            }

            var file = IniFile.Parse(text.ToString());
            for (var section = 0; section < names.Length; section++)
            {
                var values = file.Find(names[section])?.Settings.Values.Select(setting => setting.Text) ?? [];
                Assert.That(
                    values.SelectMany(value => Regex.Matches(value, "<[0-9]>")).Select(match => match.Value), Is.All.EqualTo($"<{section}>"), Show($"{text}"));
            }
        }
    }

    [Test]
    public void The_only_exception_is_the_one_that_says_what_to_do()
    {
        var random = new Random(Seed);
        using var stage = new ProfileStage();
        for (var i = 0; i < Files / 20; i++)
        {
            // Half of a surrogate pair cannot be written.
            var (config, credentials) = (Generate(random).Replace('\ud800', '\ufffd'), Generate(random).Replace('\ud800', '\ufffd'));
            stage.WriteConfig(config).WriteCredentials(credentials);
            foreach (var name in (string[])["default", "a", "a b"])
            {
                try
                {
                    UseAll(AwsSettings.Read(variable => variable == "HOME" ? stage.Home : null, name), name);
                }
                catch (EcrCredentialException e)
                {
                    Assert.That(e.Message, Does.Not.Contain('\n').And.Not.Contain('\r'));
                }
            }
        }
    }

    internal static void UseAll(AwsSettings settings, string name)
    {
        foreach (var section in (ConfigSection?[])[settings.Files.Find(name), settings.Files.FindServices(name), settings.Files.FindSsoSession(name)])
        {
            foreach (var setting in ProfileSettings.All)
            {
                Assert.That(section?.Find(setting)?.Value, Is.EqualTo(section?[setting]));
            }

            _ = section?.CredentialProcess;
        }

        _ = (settings.Region, settings.AppId, settings.ProfileCaBundle, settings.FindEndpoint("ECR"), settings.UseFips, settings.UseDualStack);
        _ = (settings.IsRetryAdaptive, settings.MaxAttempts);
        settings.CheckDefaultsMode();
        settings.CheckStsEndpoints();
    }

    private static string Generate(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => Fragments[random.Next(Fragments.Length)]));

    private static string Show(string text) => Regex.Escape(text);
}
