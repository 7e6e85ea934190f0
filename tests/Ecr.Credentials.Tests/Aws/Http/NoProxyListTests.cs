using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.RegularExpressions;
using Ecr.Credentials.Aws.Http;

namespace Ecr.Credentials.Tests.Aws.Http;

/// <summary>The rules that Go's httpproxy documents, and where it ignores an entry.</summary>
public sealed partial class NoProxyListTests
{
    private static readonly int PairCount = TestContext.Parameters.Get("pairs", 200_000);
    private static readonly int Seed = TestContext.Parameters.Get("seed", 1);

    [TestCase("amazonaws.com", "https://api.ecr.eu-west-1.amazonaws.com/")]
    [TestCase("amazonaws.com", "https://amazonaws.com/")]
    [TestCase("AmazonAWS.com", "https://API.ecr.eu-west-1.amazonaws.com/")]
    [TestCase(".amazonaws.com", "https://api.ecr.eu-west-1.amazonaws.com/")]
    [TestCase("*.amazonaws.com", "https://api.ecr.eu-west-1.amazonaws.com/")]
    [TestCase("*", "https://api.ecr.eu-west-1.amazonaws.com/")]
    [TestCase("a.example, *", "https://10.0.0.1/")]
    [TestCase(" a.example ,\tb.example ", "https://b.example/")]
    [TestCase("a.example:443", "https://a.example/")]
    [TestCase("a.example:443", "https://sub.a.example:443/")]
    [TestCase("a.example:80", "http://a.example/")]
    [TestCase("*.a.example:8443", "https://sub.a.example:8443/")]
    [TestCase("a.example:", "https://a.example:8443/")]
    [TestCase("10.1.2.3", "https://10.1.2.3:8443/")]
    [TestCase("10.1.2.3:443", "https://10.1.2.3/")]
    [TestCase("::ffff:10.1.2.3", "https://10.1.2.3/")]
    [TestCase("10.1.2.3", "https://[::ffff:10.1.2.3]/")]
    [TestCase("2001:db8::1", "https://[2001:DB8:0::1]/")]
    [TestCase("[2001:db8::1]:443", "https://[2001:db8::1]/")]
    [TestCase("10.0.0.0/8", "https://10.200.0.1/")]
    [TestCase("10.1.2.3/8", "https://10.200.0.1/")]
    [TestCase("10.0.0.0/08", "https://10.200.0.1/")]
    [TestCase("0.0.0.0/0", "https://10.200.0.1/")]
    [TestCase("10.0.0.1/32", "https://10.0.0.1/")]
    [TestCase("2001:db8::45/64", "https://[2001:db8::ffff]/")]
    [TestCase("::ffff:10.0.0.0/104", "https://10.200.0.1/")]
    [TestCase(".例え.example", "https://www.例え.example/")]
    [TestCase("xn--r8jz45g.example", "https://例え.example/")]
    [TestCase("例え.example", "https://www.xn--r8jz45g.example/")]
    [TestCase("例え.EXAMPLE", "https://例え.example/")]
    [TestCase(".", "https://a.example./")]
    public void The_host_is_called_directly(string list, string address) => Assert.That(new NoProxyList(list).Includes(new Uri(address)), Is.True);

    [TestCase(null, "https://a.example/")]
    [TestCase(",, ,", "https://a.example/")]
    [TestCase("example", "https://a.notexample/")]
    [TestCase("a.example", "https://ba.example/")]
    [TestCase(".a.example", "https://a.example/")]
    [TestCase("*.a.example", "https://a.example/")]
    [TestCase("*.a.example", "https://suba.example/")]
    [TestCase("*a.example", "https://sub.a.example/")]
    [TestCase("sub.*.example", "https://sub.a.example/")]
    [TestCase("a.example b.example", "https://a.example/")]
    [TestCase("a.example;b.example", "https://a.example/")]
    [TestCase("https://a.example", "https://a.example/")]
    [TestCase("a.example/", "https://a.example/")]
    [TestCase("a.example", "https://a.example./")]
    [TestCase("a.example:443", "https://a.example:8443/")]
    [TestCase("a.example:443", "http://a.example/")]
    [TestCase("a.example:https", "https://a.example/")]
    [TestCase("a.example:0443", "https://a.example/")]
    [TestCase(":443", "https://a.example/")]
    [TestCase("*:443", "https://a.example/")]
    [TestCase("10.1.2.3:80", "https://10.1.2.3/")]
    [TestCase("10.1.2", "https://10.1.2.3/")]
    [TestCase("10.", "https://10.1.2.3/")]
    [TestCase("10.1.2.03", "https://10.1.2.3/")]
    [TestCase("0x0a.1.2.3", "https://10.1.2.3/")]
    [TestCase("[2001:db8::1]", "https://[2001:db8::1]/")]
    [TestCase("2001:db8::1:443", "https://[2001:db8::1]/")]
    [TestCase("10.0.0.0/8:443", "https://10.0.0.1/")]
    [TestCase("10.0.0.0/33", "https://10.0.0.1/")]
    [TestCase("10.0.0.0/-1", "https://10.0.0.1/")]
    [TestCase("10.0.0.0/", "https://10.0.0.1/")]
    [TestCase("10.0.0.0/255.0.0.0", "https://10.0.0.1/")]
    [TestCase("10/8", "https://10.0.0.1/")]
    [TestCase("::/0", "https://10.0.0.1/")]
    [TestCase("0.0.0.0/0", "https://[2001:db8::1]/")]
    [TestCase("0.0.0.0/0", "https://a.example/")]
    [TestCase("1.2.3", "https://10.1.2.3/")]
    [TestCase("2.3", "https://10.1.2.3/")]
    public void The_host_is_called_through_the_proxy(string? list, string address) =>
        Assert.That(new NoProxyList(list).Includes(new Uri(address)), Is.False);

    [Test]
    public void Every_list_means_what_a_slow_reading_of_the_rules_says()
    {
        var random = new Random(Seed);
        var included = 0;
        for (var i = 0; i < PairCount; i++)
        {
            var list = string.Join(Pick(random, ",", ", ", " ,"), Enumerable.Range(0, random.Next(4)).Select(_ => Entry(random)));
            var (host, port) = (Host(random), random.Next(3) switch { 0 => 80, 1 => 443, _ => 8443 });

            var actual = new NoProxyList(list).Includes(new Uri($"http://{host}:{port}/"));

            Assert.That(actual, Is.EqualTo(Reference.Includes(list, host, port)), () => $"pair {i} of seed {Seed}: \"{list}\", {host}:{port}");
            included += actual ? 1 : 0;
        }

        Assert.That(included, Is.InRange(PairCount / 20, PairCount / 2), "The generator must produce both.");
    }

    private static string Pick(Random random, params string[] choices) => choices[random.Next(choices.Length)];

    private static string Name(Random random) =>
        string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => Pick(random, "a", "b", "ab", "ba")));

    private static string Address(Random random) => random.Next(4) switch
    {
        0 => $"10.{random.Next(3)}.0.{random.Next(3)}",
        1 => $"11.0.{random.Next(3)}.1",
        2 => $"2001:db8::{random.Next(3)}",
        _ => $"2001:db8:{random.Next(3)}::1",
    };

    private static string Host(Random random)
    {
        var host = random.Next(2) == 0 ? Name(random) : Address(random);
        return host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
    }

    private static string Entry(Random random)
    {
        var port = Pick(random, "", "", "", ":80", ":443", ":", ":x");
        return random.Next(8) switch
        {
            0 => Pick(random, "*", "", " ", ":80", "*:80", ".", "*.", "[", "]:80"),
            1 => $"{Address(random)}/{random.Next(-1, 140)}",
            2 => Address(random) + port,
            3 => $"[{Address(random)}]{port}",
            4 => $".{Name(random)}{port}",
            5 => $"*.{Name(random)}{port}",
            6 => $"{Pick(random, "10.0.0", "010.0.0.1", "10.0.0.256", "10.0.0.1.1", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1")}{port}",
            _ => Name(random) + port,
        };
    }

    /// <summary>The rules again: by regular expressions and numbers instead of parsers.</summary>
    private static partial class Reference
    {
        public static bool Includes(string list, string host, int port)
        {
            var entries = list.Split(',').Select(entry => entry.Trim(' ')).ToList();
            var everything = entries.IndexOf("*");
            return everything >= 0 || entries.Any(entry => IsMatch(entry, host.Trim('[', ']'), port));
        }

        private static bool IsMatch(string entry, string host, int port)
        {
            if (NetworkEntry().Match(entry) is { Success: true } network && ToNumber(network.Groups[1].Value) is var (start, width))
            {
                var shift = (width - int.Parse(network.Groups[2].Value, CultureInfo.InvariantCulture)) is >= 0 and var bits ? bits : -1;
                if (shift >= 0)
                {
                    (start, width, shift) = start >> 32 == 0xffff && shift <= 32 && width == 128 ? (start & 0xffffffff, 32, shift) : (start, width, shift);
                    return ToNumber(host) is var (address, addressWidth) && addressWidth == width && address >> shift == start >> shift;
                }
            }

            if (WithPort().Match(entry) is not { Success: true } parts)
            {
                return ToNumber(host) is null && host == entry;
            }

            var (name, wantedPort) = (parts.Groups["name"].Value.Trim('[', ']'), parts.Groups["port"].Value);
            if (wantedPort.Length > 0 && wantedPort != port.ToString(CultureInfo.InvariantCulture))
            {
                return false;
            }

            if (parts.Groups["name"].Value.StartsWith('[') && !parts.Groups["colon"].Success)
            {
                return false;
            }

            if (ToNumber(name) is var (wanted, wantedWidth))
            {
                (wanted, wantedWidth) = wanted >> 32 == 0xffff && wantedWidth == 128 ? (wanted & 0xffffffff, 32) : (wanted, wantedWidth);
                return ToNumber(host) is var (address, addressWidth) && (address, addressWidth) == (wanted, wantedWidth);
            }

            return ToNumber(host) is null && Regex.IsMatch(host, DomainPattern(name));
        }

        private static string DomainPattern(string name) =>
            name.StartsWith("*.", StringComparison.Ordinal) ? $@"^.*{Regex.Escape(name[1..])}\z"
            : name.StartsWith('.') ? $@"^.*{Regex.Escape(name)}\z"
            : $@"^(.*\.)?{Regex.Escape(name)}\z";

        private static (BigInteger Number, int Width)? ToNumber(string text) =>
            (IPv4().IsMatch(text) || (text.Contains(':', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)))
                && IPAddress.TryParse(text, out var address)
                ? (new BigInteger(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true), address.GetAddressBytes().Length * 8)
                : null;

        [GeneratedRegex(@"^([^/]+)/(\d+)\z")]
        private static partial Regex NetworkEntry();

        // Host, "host:port" or "[IPv6]:port", or an IPv6 address.
        [GeneratedRegex(@"^(?:(?<name>\[[^\[\]]+\]|[^:\[\]]+)(?:(?<colon>:)(?<port>[^:\[\]]*))?|(?<name>[^\[\]/]*:[^\[\]/]*:[^\[\]/]*))\z")]
        private static partial Regex WithPort();

        [GeneratedRegex(@"^(?:(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])(?:\.|\z)){4}(?<!\.)\z")]
        private static partial Regex IPv4();
    }
}
