using System.Buffers;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Ecr.Credentials.Protocol;

/// <summary>What a credential provider writes to its standard output: credentials, and how long and for what the kubelet may reuse them.</summary>
/// <remarks>
/// Immutable. Rules: <see href="https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/"/>. Holds passwords in
/// <see cref="Auth"/>, whose values hide them from text.
/// </remarks>
public sealed class CredentialProviderResponse
{
    private const string Kind = "CredentialProviderResponse";

    /// <summary>The version of the protocol, <see cref="CredentialProviderApiVersion.V1"/> by default. The kubelet wants the one it asked in.</summary>
    public CredentialProviderApiVersion ApiVersion { get; init; } = CredentialProviderApiVersion.V1;

    /// <summary>How widely the kubelet may reuse the response.</summary>
    public required CacheKeyType CacheKeyType { get; init; }

    /// <summary>
    /// How long the kubelet may reuse the response. Zero or less: not at all. <see langword="null"/>, the default: as long as its configuration says.
    /// </summary>
    public TimeSpan? CacheDuration { get; init; }

    /// <summary>The credentials by registry: host, optional port and path; globs as in <c>matchImages</c>. Empty by default: none to give.</summary>
    public IReadOnlyDictionary<string, AuthConfig> Auth { get; init; } = ReadOnlyDictionary<string, AuthConfig>.Empty;

    /// <summary>
    /// Reads a response as strictly as the kubelet does, and more strictly in one thing: text that is not valid Unicode is refused, not repaired.
    /// </summary>
    /// <param name="utf8Json">One JSON object in UTF-8.</param>
    /// <returns>The response.</returns>
    /// <exception cref="FormatException">
    /// The text is empty, not valid UTF-8 or JSON, is followed by more, has an unknown, repeated or wrongly typed field, another kind, an unknown
    /// version, no usable <c>cacheKeyType</c>, or a <c>cacheDuration</c> that is no Go duration. The message never repeats a value of <c>auth</c>.
    /// </exception>
    public static CredentialProviderResponse Parse(ReadOnlySpan<byte> utf8Json)
    {
        var fields = new Fields();
        KubeletJson.ReadDocument(utf8Json, fields, ReadField);

        KubeletJson.ExpectKind(fields.Kind, Kind);
        return new CredentialProviderResponse
        {
            ApiVersion = KubeletJson.ParseVersion(fields.ApiVersion),
            CacheKeyType = ParseCacheKeyType(fields.CacheKeyType),
            CacheDuration = fields.CacheDuration is null ? null : ParseCacheDuration(fields.CacheDuration),
            Auth = fields.Auth ?? ReadOnlyDictionary<string, AuthConfig>.Empty,
        };
    }

    /// <summary>Reads a response without throwing.</summary>
    /// <param name="utf8Json">As for <see cref="Parse"/>.</param>
    /// <param name="response">The response, or <see langword="null"/>.</param>
    /// <param name="error">What is wrong and what is expected, or <see langword="null"/>.</param>
    /// <returns>Whether the text is a response.</returns>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8Json,
        [NotNullWhen(true)] out CredentialProviderResponse? response,
        [NotNullWhen(false)] out string? error)
    {
        try
        {
            (response, error) = (Parse(utf8Json), null);
            return true;
        }
        catch (FormatException e)
        {
            (response, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Writes the response as the kubelet's strict decoder takes it: one line of compact JSON.</summary>
    /// <param name="output">Takes the bytes.</param>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using (var writer = new Utf8JsonWriter(output, KubeletJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, Kind);
            writer.WriteString("apiVersion"u8, KubeletJson.ToText(ApiVersion));
            writer.WriteString("cacheKeyType"u8, ToText(CacheKeyType));
            if (CacheDuration is { } duration)
            {
                writer.WriteString("cacheDuration"u8, GoDuration.Format(duration));
            }

            writer.WriteStartObject("auth"u8);
            foreach (var (registry, credential) in Auth.OrderBy(auth => auth.Key, StringComparer.Ordinal))
            {
                writer.WriteStartObject(registry);
                writer.WriteString("username"u8, credential.Username);
                writer.WriteString("password"u8, credential.Password);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes the response as <see cref="WriteTo(IBufferWriter{byte})"/> does.</summary>
    /// <param name="output">Takes the bytes; not flushed.</param>
    public void WriteTo(Stream output) => KubeletJson.WriteTo(output, WriteTo);

    private static void ReadField(ref Utf8JsonReader reader, string name, Fields fields)
    {
        if (!fields.Seen.Add(name))
        {
            throw new FormatException($"{MessageText.Quote(name)} stands in the response twice. The kubelet refuses a repeated field.");
        }

        switch (name)
        {
            case "kind":
                fields.Kind = KubeletJson.ReadString(ref reader, name);
                break;
            case "apiVersion":
                fields.ApiVersion = KubeletJson.ReadString(ref reader, name);
                break;
            case "cacheKeyType":
                fields.CacheKeyType = KubeletJson.ReadString(ref reader, name);
                break;
            case "cacheDuration":
                fields.CacheDuration = KubeletJson.ReadString(ref reader, name);
                break;
            case "auth":
                fields.Auth = ReadAuth(ref reader, name);
                break;
            default:
                throw UnknownField(name);
        }
    }

    private static Dictionary<string, AuthConfig>? ReadAuth(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var auth = new Dictionary<string, AuthConfig>(StringComparer.Ordinal);
        KubeletJson.ReadObject(
            ref reader,
            MessageText.Quote(name),
            auth,
            static (ref reader, registry, auth) =>
            {
                if (!auth.TryAdd(registry, ReadAuthConfig(ref reader, registry)))
                {
                    throw new FormatException($"{MessageText.Quote(registry)} stands in \"auth\" twice. The kubelet refuses a repeated field.");
                }
            });
        return auth;
    }

    private static AuthConfig ReadAuthConfig(ref Utf8JsonReader reader, string registry)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.Null)
        {
            KubeletJson.ReadObject(
                ref reader,
                $"The entry {MessageText.Quote(registry)} of \"auth\"",
                fields,
                static (ref reader, name, fields) =>
                {
                    if (name is not ("username" or "password"))
                    {
                        throw UnknownField(name);
                    }

                    if (!fields.TryAdd(name, KubeletJson.ReadString(ref reader, name)))
                    {
                        throw new FormatException($"\"{name}\" stands in an entry of \"auth\" twice. The kubelet refuses a repeated field.");
                    }
                });
        }

        return new AuthConfig(fields.GetValueOrDefault("username") ?? "", fields.GetValueOrDefault("password") ?? "");
    }

    private static FormatException UnknownField(string name) =>
        new($"The response has an unknown field {MessageText.Quote(name)}. The kubelet refuses unknown fields, also when only the letter case differs.");

    private static string ToText(CacheKeyType type) => type switch
    {
        CacheKeyType.Image => "Image",
        CacheKeyType.Registry => "Registry",
        CacheKeyType.Global => "Global",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "This cache key type does not exist."),
    };

    // An absent or unknown type decodes, but the kubelet then throws the response away; to a caller that is a response it cannot use.
    private static CacheKeyType ParseCacheKeyType(string? text) => text switch
    {
        "Image" => CacheKeyType.Image,
        "Registry" => CacheKeyType.Registry,
        "Global" => CacheKeyType.Global,
        null or "" => throw new FormatException("\"cacheKeyType\" is missing. It must be Image, Registry or Global."),
        _ => throw new FormatException($"\"cacheKeyType\" is {MessageText.Quote(text)}. It must be Image, Registry or Global."),
    };

    private static TimeSpan ParseCacheDuration(string text) =>
        GoDuration.TryParse(text, out var duration)
            ? duration
            : throw new FormatException($"\"cacheDuration\" is {MessageText.Quote(text)}. It must be a Go duration such as 30s, 1m30s or 12h.");

    private sealed class Fields
    {
        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public string? Kind { get; set; }

        public string? ApiVersion { get; set; }

        public string? CacheKeyType { get; set; }

        public string? CacheDuration { get; set; }

        public IReadOnlyDictionary<string, AuthConfig>? Auth { get; set; }
    }
}
