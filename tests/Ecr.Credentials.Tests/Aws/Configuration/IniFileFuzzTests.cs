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
            var fast = IniFile.Parse(text);
            var slow = ReadSlowly(text, out var isLostOutside);
            foreach (var name in slow.Select(section => section.Name).Append("default").Distinct())
            {
                var (closed, unclosed) = (slow.Find(section => section.Name == name && section.IsClosed), slow.Where(section => section.Name == name));
                var settings = fast.Find(name)?.Settings.ToDictionary(setting => setting.Key, setting => setting.Value.Text);
                var isLost = isLostOutside
                    || closed?.IsRouteLost == true
                    || unclosed.Any(section =>
                        !section.IsClosed && (section.IsRouteLost || section.Settings.Keys.Any(key => ProfileSettings.IsRoute(key))));

                Assert.That(settings, closed is null ? Is.Null : Is.EquivalentTo(closed.Settings), Show(text));
                Assert.That(fast.FindLostRoute(name) is not null, Is.EqualTo(isLost), Show(text));
            }
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

    private static void UseAll(AwsSettings settings, string name)
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

    // Written for the eye: one step after another, whole lists instead of a state.
    private static List<SlowSection> ReadSlowly(string text, out bool isLostOutside)
    {
        var lines = Regex.Split(text, "\r\n|\r|\n")
            .Select(line => (Indent: line.Length - line.TrimStart().Length, Content: line.Trim().Trim('\0')))
            .Where(line => line.Content.Length > 0 && line.Content[0] is not ('#' or ';'))
            .ToArray();

        var sections = new List<SlowSection>();
        isLostOutside = false;
        SlowSection? section = null;
        for (var i = 0; i < lines.Length; i++)
        {
            var (indent, content) = lines[i];
            if (content.StartsWith('['))
            {
                section = Open(content, sections);
                continue;
            }

            if (Regex.Match(content, "^([^=:]+)[=:](.*)$", RegexOptions.Singleline) is { Success: true } setting && section is not null)
            {
                var below = lines.Skip(i + 1).TakeWhile(line => line.Indent > indent).Select(line => line.Content).ToArray();
                section.Add(setting.Groups[1].Value.TrimEnd(), setting.Groups[2].Value.TrimStart(), below);
                i += below.Length;
                continue;
            }

            if (ProfileSettings.IsRoute(Regex.Match(content, "^[^ \t=:]*").Value))
            {
                isLostOutside |= section is null;
                section?.IsRouteLost = true;
            }
        }

        return sections;
    }

    private static SlowSection Open(string header, List<SlowSection> sections)
    {
        var isClosed = header.Contains(']', StringComparison.Ordinal);
        var inside = (isClosed ? header[1..header.IndexOf(']', StringComparison.Ordinal)] : header[1..]).Trim();
        if (Regex.Match(inside, "^([^ \t]+)[ \t]\\s*(.*)$", RegexOptions.Singleline) is { Success: true } parts)
        {
            var quoted = Regex.Match(parts.Groups[2].Value, "^(['\"])(.*)\\1$", RegexOptions.Singleline);
            inside = $"{parts.Groups[1].Value} {(quoted.Success ? quoted.Groups[2].Value : parts.Groups[2].Value)}";
        }

        var section = isClosed ? sections.Find(other => other.IsClosed && other.Name == inside) : null;
        if (section is null)
        {
            sections.Add(section = new SlowSection { Name = inside, IsClosed = isClosed });
        }

        return section;
    }

    private static string Show(string text) => Regex.Escape(text);

    private sealed class SlowSection
    {
        public required string Name { get; init; }

        public required bool IsClosed { get; init; }

        public Dictionary<string, string> Settings { get; } = new(StringComparer.OrdinalIgnoreCase);

        public bool IsRouteLost { get; set; }

        public void Add(string key, string value, string[] below)
        {
            Settings[key] = value;
            foreach (var line in below)
            {
                var nested = Regex.Match(line, "^([^=:]+)[=:](.*)$", RegexOptions.Singleline);
                var (name, text) = (nested.Groups[1].Value.TrimEnd(), nested.Groups[2].Value.TrimStart());
                if (Settings[key].Length == 0)
                {
                    if (nested.Success)
                    {
                        Settings[$"{key}\n{name}"] = text;
                    }
                }
                else if (nested.Success && ProfileSettings.Contains(name) && !Settings.ContainsKey(name))
                {
                    Settings[key = name] = text;
                }
                else
                {
                    Settings[key] += $"\n{line}";
                }
            }
        }
    }
}
