namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>What the languages of the inputs are made of, and what breaks their parsers.</summary>
internal static class Words
{
    public static readonly string[] Json =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\u000a", "\\u202e", "\\n", "\\\"", "\ufeff", "null",
        "true",
        "false", "0", "-1", "1e999", "-0.0", "1e-5", "9223372036854775808", "2147483648", "1.5", "{}", "[]", "[[[[[[[[", "{\"a\":", "{\"\\ud800\":1}", " ",
        "\n",
        "//", "/**/", "\"\"", "\"a\":1,", "NaN",
    ];

    public static readonly string[] Dates =
    [
        "2099-01-01T00:00:00Z", "2099-01-01T00:00:00UTC", "1970-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.9999999-14:00",
        "2024-02-30T00:00:00Z",
        "20990101T000000Z", "12/31/2099", "2099-01-01T24:00:00Z", "2099-12-31T23:59:60Z", "4070908800", "-62135596801", "253402300800", "1e12", "1e400", "Z",
        "T",
        "UTC", "+00:00", "0000-00-00T00:00:00Z", "Fri, 01 Jan 2099 00:00:00 GMT",
    ];

    public static readonly string[] Hosts =
    [
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "123456789012.dkr-ecr-fips.us-gov-west-1.on.aws", "public.ecr.aws", "ecr-public.aws.com", ".dkr.ecr.",
        ".dkr-ecr.", "-fips", ".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".api.aws", "cn-north-1", "us-gov-east-1", "eu-isoe-west-1", "123456789012",
        ":443", ":80",
        ":99999", "/", "//", "@", "@sha256:", "user:pw@", "https://", "http://", "[::1]", "[fe80::1%25eth0]", "::ffff:10.0.0.1", "10.0.0.1", "0x7f.1", "..",
        ".", "-",
        "xn--", "*", "*.*", "%", "%2f", "%zz", "?", "#", "localhost", "é", "日", "\u212a",
    ];

    /// <summary>A secret that no message may show.</summary>
    public const string Secret = "hunter2SECRET";
}
