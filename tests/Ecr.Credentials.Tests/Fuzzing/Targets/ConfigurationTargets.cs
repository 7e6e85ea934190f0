using System.Net;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Tests.Aws.Configuration;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>The files and variables of AWS tools and proxies.</summary>
internal static class ConfigurationTargets
{
    // Separates the config file from the credentials file.
    private const char Separator = '\u001e';

    private const string Config = $"""
        [default]
        region = eu-west-1
        max_attempts = 3
        services = s
        ca_bundle = /ca.pem # the company's
        [profile a]
        role_arn = arn:aws:iam::123456789012:role/pull
        source_profile = default
        sso_session = "a b"
        sso_account_id = 123456789012
        sso_role_name = pull
        [sso-session a b]
        sso_region = eu-west-1
        sso_start_url = https://a.example/start
        [services s]
        ecr =
          endpoint_url = http://127.0.0.1:1
        """;

    private const string Credentials = $"""
        [default]
        aws_access_key_id = AKIAEXAMPLE
        aws_secret_access_key = {Words.Secret}
        [a]
        aws_session_token = {Words.Secret}
        """;

    private static readonly string[] IniWords =
    [
        "[", "]", "[default]", "[profile a]", "[ profile\ta ]", "[profile 'a']", "[sso-session a b]", "[services s]", "[profile a", "=", ":", " = ",
        "region", "s3 =\n ",
        "\"", "'", "#", " #", ";", "\t;", "\n", "\r\n", "\r", "\n ", "\n\t", "\0", "\ufeff", .. ProfileSettings.All, "true", "false", "-1", "99999999999",
        "1.5", "legacy",
        "adaptive", "auto", "http://user:pw@host:99999/", "https://[::1", "eu west 1", "~/x", "\ud800",
    ];

    private static readonly string[] ProxyWords =
        [.. Words.Hosts, "HTTP_PROXY=", "HTTPS_PROXY=", "REQUEST_METHOD=GET", "socks5://", "socks5h://", "ftp://", "://", "\n", "=", ","];

    private static readonly string[] NoProxyWords =
        [.. Words.Hosts, ",", " ", "/8", "/33", "/-1", "10.0.0.0/8", "fd00::/8", "*.", ".a", "\n", "::/0", "[::1]:443"];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("shared config file", 30_000, [Config, Credentials], IniWords, ParseIni) { AcceptsEverything = true },
        new(
            "AWS settings",
            500,
            [$"{Config}{Separator}{Credentials}"],
            IniWords,
            ReadSettings(new FuzzDirectory("settings"))) { Exceptions = [typeof(EcrCredentialException)] },
        new(
            "proxy variables",
            30_000,
            [
                $"HTTPS_PROXY=http://user:{Words.Secret}@proxy.example:3128\nHTTP_PROXY=10.0.0.1:80\nNO_PROXY=.b.example,10.0.0.0/8\nhttps://a.example/",
                "https_proxy=socks5://[::1]:1080\nhttp://a.example/",
                $"HTTPS_PROXY=http://user:{Words.Secret}@proxy.example:3128{Words.Secret}Y=10.0.0.1:80\nhttps://a.example/",
            ],
            ProxyWords,
            ReadProxies),
        new("NO_PROXY", 100_000, [".b.example,10.0.0.0/8, *.c:443\na.b.example", "fd00::/8,10.0.0.1:80\nfd00::1", "*\na"], NoProxyWords, MatchNoProxy)
        {
            AcceptsEverything = true,
        },
    ];

    private static string? ParseIni(ReadOnlySpan<char> input)
    {
        var text = input.ToString();
        SlowIniFile.Compare(IniFile.Parse(text), text);
        return null;
    }

    // The last line is the address to be called.
    private static string? ReadProxies(ReadOnlySpan<char> input)
    {
        var lines = input.ToString().Split('\n');
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            var nameEnd = line.IndexOf('=', StringComparison.Ordinal);
            if (nameEnd > 0 && nameEnd < line.Length - 1)
            {
                variables[line[..nameEnd]] = line[(nameEnd + 1)..];
            }
        }

        var address = HttpAddress.TryParse(lines[^1], out var parsed) ? parsed : new Uri("https://a.example/");
        if (EnvironmentProxy.Read(variables.GetValueOrDefault) is not { } proxies || proxies.Find(address) is not { } proxy)
        {
            return null;
        }

        if (proxy.Error is { } error)
        {
            FuzzException.ThrowIf(error.Contains(Words.Secret, StringComparison.Ordinal) && IsPassword(proxy, variables), "the error shows the password");
            return error;
        }

        FuzzException.ThrowIf(proxies.GetProxy(address) != proxy.Address || proxy.Address.UserInfo.Length > 0, "another address");
        FuzzException.ThrowIf(proxy.ToString().Contains(Words.Secret, StringComparison.Ordinal) && IsPassword(proxy, variables), "the password is printed");
        _ = ((ICredentials)proxies).GetCredential(proxy.Address, "Basic");
        return null;
    }

    // Damage may move the secret to the host. It is a password where nothing but user information precedes the only @ that follows it.
    private static bool IsPassword(ProxyServer proxy, Dictionary<string, string> variables)
    {
        var value = variables.GetValueOrDefault(proxy.Variable, "");
        var secret = value.IndexOf($":{Words.Secret}@", StringComparison.Ordinal);
        return secret >= 0 && secret == value.LastIndexOf(Words.Secret, StringComparison.Ordinal) - 1;
    }

    private static string? MatchNoProxy(ReadOnlySpan<char> input)
    {
        var lineEnd = input.LastIndexOf('\n');
        var (list, host) = lineEnd < 0 ? (input.ToString(), "a") : (input[..lineEnd].ToString(), input[(lineEnd + 1)..].ToString());
        if (HttpAddress.TryParse($"http://{host}/", out var address))
        {
            var isDirect = new NoProxyList(list).Includes(address);
            var entries = list.Split(',');
            FuzzException.ThrowIf(!isDirect && Array.Exists(entries, entry => entry.Trim() == "*"), "* does not include everything");
            FuzzException.ThrowIf(isDirect && list.Trim(' ', ',').Length == 0, "an empty list includes something");
        }

        return null;
    }

    private static FuzzParser ReadSettings(FuzzDirectory directory) => input =>
    {
        var separator = input.IndexOf(Separator);
        directory.Write(".aws/config", separator < 0 ? input : input[..separator]);
        directory.Write(".aws/credentials", separator < 0 ? "" : input[(separator + 1)..]);
        foreach (var name in (string[])["a", "default"])
        {
            var settings = AwsSettings.Read(directory.Environment, name);
            IniFileFuzzTests.UseAll(settings, name);
            if (settings.Files.Find(name) is { } profile)
            {
                _ = SsoSettings.Find(profile, settings.Files);
            }
        }

        return null;
    };
}
