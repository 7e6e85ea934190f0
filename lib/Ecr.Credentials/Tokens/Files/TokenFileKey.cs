using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>What decides which token in files answers a request, known before any AWS credentials are: API endpoint, identity, AWS configuration.</summary>
/// <remarks>
/// Stands in the file in full, and is compared in full: region and role may be the choice of somebody who would like to have another one's token, and
/// the file's name is a mere hash. It holds no secret.
/// </remarks>
internal sealed class TokenFileKey
{
    /// <summary>Matches the names of all files of tokens, and of none that somebody else would keep in the same folder.</summary>
    public const string FileNamePattern = FileNamePrefix + "*";

    private const string FileNamePrefix = "ecr-token-";

    private TokenFileKey(string text) => Text = text;

    /// <summary>One line.</summary>
    public string Text { get; }

    public string FileName => FileNamePrefix + Fnv1a64.Of(Text).ToString("x16", CultureInfo.InvariantCulture);

    /// <returns>Null for an identity that another process cannot have, or whose name is not one line.</returns>
    public static TokenFileKey? Create(EcrTokenRequest request, Func<string> configurationKey)
    {
        if (Describe(request.Identity) is not { } identity || identity.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0)
        {
            return null;
        }

        // The first four make the endpoint, together with settings that the fingerprint covers. To concatenate takes no array of a pool, whose
        // preparations a process would notice that needs nothing but its token.
        var registry = request.Registry;
        return new TokenFileKey(string.Concat(
        [
            registry.Region,
            registry.IsPublic ? " public" : " private",
            registry.IsFips ? " fips" : "",
            registry.IsDualStack ? " dual-stack" : "",
            " ",
            identity,
            " ",
            configurationKey(),
        ]));
    }

    private static string? Describe(EcrIdentity identity) => identity.Value switch
    {
        EcrIdentity.DefaultChain => "default",
        EcrIdentity.ProfileChoice profile => $"profile:{profile.Name}",
        EcrIdentity.RoleChoice role => $"role:{role.Arn},external-id={role.ExternalId}",
        EcrIdentity.WebIdentityChoice web => $"role:{web.Arn},token={Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(web.Token)))}",
        _ => null,
    };
}
