using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Ecr.Emulator.Signing;

/// <summary>
/// Signature Version 4 as AWS specifies it, for every service but S3:
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
/// </summary>
internal static class SigV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path as received. It is encoded once more: only S3 signs it as sent.</param>
    /// <param name="query">The query as received, without the question mark.</param>
    /// <param name="headers">Every header of the request, in the order sent.</param>
    /// <param name="signedHeaders">Names of the headers to sign: lower case, sorted.</param>
    /// <param name="payloadHash">See <see cref="HexHash"/>.</param>
    public static string CanonicalRequest(
        string method,
        string path,
        string query,
        IEnumerable<KeyValuePair<string, string>> headers,
        IReadOnlyList<string> signedHeaders,
        string payloadHash)
    {
        var valuesByName = headers.ToLookup(header => header.Key, header => CanonicalHeaderValue(header.Value), StringComparer.OrdinalIgnoreCase);
        var canonicalHeaders = signedHeaders.Select(name => $"{name}:{string.Join(',', valuesByName[name])}\n");

        return string.Join('\n',
            method,
            CanonicalPath(path),
            CanonicalQuery(query),
            string.Concat(canonicalHeaders),
            string.Join(';', signedHeaders),
            payloadHash);
    }

    public static string StringToSign(string timestamp, CredentialScope scope, string canonicalRequest) =>
        string.Join('\n', Algorithm, timestamp, scope, HexHash(Encoding.UTF8.GetBytes(canonicalRequest)));

    public static byte[] SigningKey(string secretAccessKey, CredentialScope scope)
    {
        var dateKey = Hmac(Encoding.UTF8.GetBytes("AWS4" + secretAccessKey), scope.Date);
        var regionKey = Hmac(dateKey, scope.Region);
        var serviceKey = Hmac(regionKey, scope.Service);
        return Hmac(serviceKey, CredentialScope.Terminator);
    }

    /// <returns>Lower-case hex.</returns>
    public static string Signature(byte[] signingKey, string stringToSign) => Convert.ToHexStringLower(Hmac(signingKey, stringToSign));

    /// <returns>SHA-256 in lower-case hex.</returns>
    public static string HexHash(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string CanonicalPath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(string query) => string.Join('&', query
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(parameter => parameter.Split('=', 2))
        .Select(parts => (Name: CanonicalQueryPart(parts[0]), Value: CanonicalQueryPart(parts.ElementAtOrDefault(1) ?? "")))
        .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
        .ThenBy(parameter => parameter.Value, StringComparer.Ordinal)
        .Select(parameter => $"{parameter.Name}={parameter.Value}"));

    private static string CanonicalQueryPart(string part) => Uri.EscapeDataString(Uri.UnescapeDataString(part));

    private static string CanonicalHeaderValue(string value) => Regex.Replace(value.Trim(' '), " {2,}", " ");
}
