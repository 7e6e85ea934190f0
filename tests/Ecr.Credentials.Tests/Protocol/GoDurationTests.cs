using System.Globalization;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Tests.Protocol;

public sealed class GoDurationTests
{
    [TestCase("0", "00:00:00")]
    [TestCase("-0", "00:00:00")]
    [TestCase("+0", "00:00:00")]
    [TestCase("0s", "00:00:00")]
    [TestCase("0h0m", "00:00:00")]
    [TestCase("30s", "00:00:30")]
    [TestCase("+30s", "00:00:30")]
    [TestCase("-30s", "-00:00:30")]
    [TestCase("12h", "12:00:00")]
    [TestCase("12h0m0s", "12:00:00")]
    [TestCase("1m1h1m", "01:02:00")] // Units may be repeated and in any order.
    [TestCase("1.5s", "00:00:01.5")]
    [TestCase(".5s", "00:00:00.5")]
    [TestCase("1.s", "00:00:01")]
    [TestCase("1ms", "00:00:00.001")]
    [TestCase("1us", "00:00:00.000001")]
    [TestCase("1\u00b5s", "00:00:00.000001")]
    [TestCase("1\u03bcs", "00:00:00.000001")]
    [TestCase("100ns", "00:00:00.0000001")]
    [TestCase("99ns", "00:00:00")] // Below the resolution of TimeSpan.
    [TestCase("0.100000000000000000000h", "00:06:00")]
    [TestCase("0.9223372036854775807h", "00:55:20.4139332")]
    [TestCase("9223372036854775807ns", "106751.23:47:16.8547758")]
    [TestCase("2562047h47m16.854775807s", "106751.23:47:16.8547758")]
    [TestCase("-9223372036854775808ns", "-106751.23:47:16.8547758")]
    [TestCase("-2562047h47m16.854775808s", "-106751.23:47:16.8547758")]
    public void Parse_accepts_what_Go_accepts(string text, string expected) =>
        Assert.That(GoDuration.Parse(text), Is.EqualTo(TimeSpan.Parse(expected, CultureInfo.InvariantCulture)));

    [TestCase("")]
    [TestCase("-")]
    [TestCase("+")]
    [TestCase("1")]
    [TestCase("10")]
    [TestCase("s")]
    [TestCase(".s")]
    [TestCase(".")]
    [TestCase("-.s")]
    [TestCase("--1s")]
    [TestCase("+-1s")]
    [TestCase("1d")]
    [TestCase("1S")]
    [TestCase("1H")]
    [TestCase("1 s")]
    [TestCase(" 1s")]
    [TestCase("1s ")]
    [TestCase("1e3s")]
    [TestCase("1,5s")]
    [TestCase("1.5.5s")]
    [TestCase("1m-1s")]
    [TestCase("\u0661s")] // ARABIC-INDIC DIGIT ONE
    [TestCase("9223372036854775808ns")]
    [TestCase("-9223372036854775809ns")]
    [TestCase("2562047h47m16.854775808s")]
    [TestCase("9223372036854775.808us")]
    [TestCase("9223372036854ms775us808ns")]
    [TestCase("99999999999999999999999h")]
    [TestCase("3000000h")]
    public void Parse_rejects_what_Go_rejects(string text)
    {
        Assert.That(GoDuration.TryParse(text, out _), Is.False);
        Assert.That(() => GoDuration.Parse(text), Throws.TypeOf<FormatException>().With.Message.StartsWith($"\"{text}\" is not a duration."));
    }

    [TestCase("00:00:00", "0s")]
    [TestCase("00:00:00.0000001", "100ns")]
    [TestCase("00:00:00.0000011", "1.1\u00b5s")]
    [TestCase("00:00:00.0015", "1.5ms")]
    [TestCase("00:00:01.5", "1.5s")]
    [TestCase("00:00:59.9999999", "59.9999999s")]
    [TestCase("00:01:00", "1m0s")]
    [TestCase("01:00:00", "1h0m0s")]
    [TestCase("05:59:59", "5h59m59s")]
    [TestCase("2.00:00:00.25", "48h0m0.25s")]
    [TestCase("-00:01:30", "-1m30s")]
    [TestCase("106751.23:47:16.8547758", "2562047h47m16.8547758s")]
    public void Format_writes_what_Go_writes(string duration, string expected) =>
        Assert.That(GoDuration.Format(TimeSpan.Parse(duration, CultureInfo.InvariantCulture)), Is.EqualTo(expected));

    [Test]
    public void Format_rejects_durations_beyond_the_range_of_Go()
    {
        Assert.That(() => GoDuration.Format(TimeSpan.MaxValue), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => GoDuration.Format(TimeSpan.MinValue), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Parse_reads_what_Format_writes()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 100_000; i++)
        {
            var magnitude = random.NextInt64(long.MaxValue / TimeSpan.NanosecondsPerTick) >> random.Next(63);
            var duration = new TimeSpan(random.Next(2) == 0 ? magnitude : -magnitude);

            Assert.That(GoDuration.Parse(GoDuration.Format(duration)), Is.EqualTo(duration));
        }
    }
}
