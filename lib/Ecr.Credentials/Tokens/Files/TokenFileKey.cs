using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>The key of a token file: API endpoint, identity and AWS configuration, all known before AWS credentials are resolved.</summary>
/// <remarks>
/// Written to the file and compared in full: region and role may be chosen by an attacker who wants another identity's token, and the file name is only
/// a non-cryptographic hash. Contains no secrets.
/// </remarks>
internal sealed class TokenFileKey
{
    /// <summary>Matches the names of the cache's files, and no other files that may be in the same directory.</summary>
    public const string FileNamePattern = FileNamePrefix + "*";

    private const string FileNamePrefix = "ecr-token-";

    private TokenFileKey(string text) => Text = text;

    /// <summary>The key as a single line of text.</summary>
    public string Text { get; }

    public string FileName => FileNamePrefix + Fnv1a64.Of(Text).ToString("x16", CultureInfo.InvariantCulture);

    /// <returns>Null for an identity that other processes cannot have, or whose name or configuration is not a single line.</returns>
    public static TokenFileKey? Create(EcrTokenRequest request, Func<string> configurationKey)
    {
        if (Describe(request.Identity) is not { } identity
            || !IsLine(identity)
            || configurationKey() is not { } configuration
            || !IsLine(configuration))
        {
            return null;
        }

        // Each part that may have any length is preceded by it, so that no two keys have the same text. string.Concat instead of interpolation, which
        // rents from an array pool: initializing the pool is a noticeable cost in a process that only reads its token.
        return new TokenFileKey(string.Concat(
        [
            Describe(request.Registry),
            ":",
            identity.Length.ToString(CultureInfo.InvariantCulture),
            ":",
            identity,
            ":",
            configuration,
        ]));
    }

    /// <summary>Region and kind of a registry. They determine the endpoint, together with settings covered by the fingerprint.</summary>
    public static string Describe(EcrRegistry registry) => string.Concat(
        registry.Region,
        registry.IsPublic ? " public" : " private",
        registry.IsFips ? " fips" : "",
        registry.IsDualStack ? " dual-stack" : "");

    private static bool IsLine(string text) => text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0;

    private static string? Describe(EcrIdentity identity) => identity.Value switch
    {
        EcrIdentity.DefaultChain => "default",
        EcrIdentity.ProfileChoice profile => $"profile:{profile.Name}",
        EcrIdentity.RoleChoice role => DescribeSource(role) is { } source ? string.Concat(source, DescribeSession(role)) : null,
        EcrIdentity.WebIdentityChoice web => $"web-role:{web.Arn},token={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(web.Token)))}",
        _ => null,
    };

    // Empty for the default source, so that the files of earlier versions stay valid.
    private static string? DescribeSource(EcrIdentity.RoleChoice role) =>
        role.Source.Value is EcrIdentity.DefaultChain ? "" : Describe(role.Source) is { } source ? $"from:{Part(source)}" : null;

    private static string DescribeSession(EcrIdentity.RoleChoice role)
    {
        var text = $"role:{Part(role.Arn.ToString())},external-id={role.ExternalId}";
        return role is { SessionName: null, DurationSeconds: 0, Tags.KeysAndValues.Count: 0 }
            ? text
            : $"session:{Part(role.SessionName ?? "")},{Part(role.DurationSeconds.ToString(CultureInfo.InvariantCulture))},{Part(role.Tags.Text)},{text}";
    }

    private static string Part(string text) => string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{text}");
}
