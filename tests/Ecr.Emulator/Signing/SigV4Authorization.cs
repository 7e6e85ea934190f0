using System.Text.RegularExpressions;

namespace Ecr.Emulator.Signing;

/// <summary>The Authorization header of a signed request.</summary>
internal sealed record SigV4Authorization(string AccessKeyId, CredentialScope Scope, IReadOnlyList<string> SignedHeaders, string Signature)
{
    private static readonly Regex Form = new(
        @"\AAWS4-HMAC-SHA256 +Credential=(?<key>\w+)/(?<date>[0-9]{8})/(?<region>[^/, ]+)/(?<service>[^/, ]+)/aws4_request" +
        @", *SignedHeaders=(?<headers>[^, ]+), *Signature=(?<signature>[0-9a-f]{64})\z",
        RegexOptions.CultureInvariant);

    public static SigV4Authorization? Parse(string header)
    {
        var match = Form.Match(header);
        if (!match.Success)
        {
            return null;
        }

        var scope = new CredentialScope(match.Groups["date"].Value, match.Groups["region"].Value, match.Groups["service"].Value);
        return new SigV4Authorization(
            match.Groups["key"].Value, scope, match.Groups["headers"].Value.Split(';'), match.Groups["signature"].Value);
    }
}
