using System.Globalization;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>What is known of a token in a file without its password.</summary>
/// <param name="Key">The key: region, kind of registry, identity and configuration.</param>
/// <param name="ExpiresAt">The expiry time.</param>
/// <param name="Path">The path of the file.</param>
internal sealed record TokenDescription(string Key, DateTimeOffset ExpiresAt, string Path)
{
    /// <summary>Region and kind of registry.</summary>
    public string Registry => Key[..Key.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>The AWS identity: <c>default</c>, a profile or a role.</summary>
    public string Identity
    {
        get
        {
            var parts = Key.Split(':', 3);
            return parts is [_, var length, var rest]
                && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                && count <= rest.Length
                ? rest[..count]
                : "unknown";
        }
    }

    /// <summary>Reads the text of a file; <see langword="null"/> if it is not one of the cache.</summary>
    public static TokenDescription? Read(string text, string path) =>
        TokenRecord.ReadDescription(text) is var (key, expiresAt) && key.Contains(':', StringComparison.Ordinal)
            ? new TokenDescription(key, expiresAt, path)
            : null;

    public bool IsFor(EcrRegistry registry) => Registry == TokenFileKey.Describe(registry);
}
