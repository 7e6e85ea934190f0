using System.Buffers;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>The response that a credential provider writes to its standard output: credentials, and how the kubelet may cache them.</summary>
/// <remarks>
/// Immutable. Specification: <see href="https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/"/>. The values of
/// <see cref="Auth"/> contain passwords, but do not show them in <c>ToString</c> and the debugger.
/// </remarks>
public sealed class CredentialProviderResponse
{
    // Sorted once, so that writing needs no sorting.
    private readonly KeyValuePair<string, RegistryCredential>[] _sortedAuth = [];

    /// <summary>Gets the API version; the default is <see cref="CredentialProviderApiVersion.V1"/>. It must equal the version of the request.</summary>
    public CredentialProviderApiVersion ApiVersion { get; init; } = CredentialProviderApiVersion.V1;

    /// <summary>Gets the images for which the kubelet may reuse the response.</summary>
    public required CacheKeyType CacheKeyType { get; init; }

    /// <summary>
    /// Gets how long the kubelet may cache the response. Zero or less disables caching; <see langword="null"/>, the default, means the kubelet's
    /// <c>defaultCacheDuration</c>.
    /// </summary>
    public TimeSpan? CacheDuration { get; init; }

    /// <summary>
    /// Gets the credentials by registry: host, optional port and path; globs as in <c>matchImages</c>. Empty by default, which means no credentials.
    /// </summary>
    public IReadOnlyDictionary<string, RegistryCredential> Auth
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
            _sortedAuth = [.. value];
            Array.Sort(_sortedAuth, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        }
    } = ReadOnlyDictionary<string, RegistryCredential>.Empty;

    /// <summary>
    /// Parses a response as strictly as the kubelet does, and more strictly in one respect: text that is not valid Unicode is rejected, not repaired.
    /// </summary>
    /// <param name="utf8Json">One JSON object in UTF-8.</param>
    /// <returns>The response.</returns>
    /// <exception cref="FormatException">
    /// The text is empty, is not valid UTF-8 or JSON, has trailing data, has an unknown or repeated field or one of the wrong type, is of another kind,
    /// or its version, <c>cacheKeyType</c> or <c>cacheDuration</c> is not valid. The message never contains a value of <c>auth</c>.
    /// </exception>
    public static CredentialProviderResponse Parse(ReadOnlySpan<byte> utf8Json)
    {
        StrictJson.ExpectText(utf8Json);
        var reader = new Utf8JsonReader(utf8Json);
        try
        {
            return Read(ref reader);
        }
        catch (JsonException)
        {
            throw StrictJson.NotJson(reader);
        }
        catch (InvalidOperationException)
        {
            throw StrictJson.NotUnicode();
        }
    }

    /// <summary>Parses a response without throwing.</summary>
    /// <param name="utf8Json">As for <see cref="Parse"/>.</param>
    /// <param name="response">The response, or <see langword="null"/> if the text is not valid.</param>
    /// <param name="error">What is wrong and what is expected; <see langword="null"/> if the text is valid.</param>
    /// <returns><see langword="true"/> if the text is a valid response.</returns>
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

    /// <summary>Writes the response as one line of compact JSON, as the kubelet's strict decoder expects it.</summary>
    /// <param name="output">The destination.</param>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteTo(output, ApiVersion);
    }

    /// <summary>Writes the response as <see cref="WriteTo(IBufferWriter{byte})"/> does.</summary>
    /// <param name="output">The destination; not flushed.</param>
    public void WriteTo(Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var buffer = new ArrayBufferWriter<byte>();
        WriteTo(buffer);
        output.Write(buffer.WrittenSpan);
    }

    internal void WriteTo(IBufferWriter<byte> output, CredentialProviderApiVersion version)
    {
        var writer = new GoJsonWriter(output);
        writer.WriteRaw("{\"kind\":\"CredentialProviderResponse\",\"apiVersion\":\""u8);
        writer.WriteRaw(TypeMeta.ToText(version));
        writer.WriteRaw("\",\"cacheKeyType\":\""u8);
        writer.WriteRaw(ToText(CacheKeyType));
        if (CacheDuration is { } duration)
        {
            Span<byte> text = stackalloc byte[GoDuration.MaxLength];
            writer.WriteRaw("\",\"cacheDuration\":\""u8);
            writer.WriteRaw(text[..GoDuration.Format(duration, text)]);
        }

        writer.WriteRaw("\",\"auth\":{"u8);
        WriteAuth(ref writer);
        writer.WriteRaw("}}\n"u8);
        writer.Flush();
    }

    private static CredentialProviderResponse Read(ref Utf8JsonReader reader)
    {
        var header = new TypeMeta("CredentialProviderResponse"u8);
        string? cacheKeyType = null;
        string? cacheDuration = null;
        IReadOnlyDictionary<string, RegistryCredential>? auth = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);

        StrictJson.BeginDocument(ref reader);
        while (StrictJson.NextField(ref reader))
        {
            var name = StrictJson.ReadName(ref reader);
            if (!seen.Add(name))
            {
                throw Duplicate(name, "the response");
            }

            switch (name)
            {
                case "kind":
                    header.ReadKind(ref reader);
                    break;
                case "apiVersion":
                    header.ReadVersion(ref reader);
                    break;
                case "cacheKeyType":
                    cacheKeyType = StrictJson.ReadString(ref reader, name);
                    break;
                case "cacheDuration":
                    cacheDuration = StrictJson.ReadString(ref reader, name);
                    break;
                case "auth":
                    auth = ReadAuth(ref reader);
                    break;
                default:
                    throw Unknown(name);
            }
        }

        StrictJson.EndDocument(ref reader);
        return new CredentialProviderResponse
        {
            ApiVersion = header.Check(),
            CacheKeyType = ParseCacheKeyType(cacheKeyType),
            CacheDuration = cacheDuration is null ? null : ParseCacheDuration(cacheDuration),
            Auth = auth ?? ReadOnlyDictionary<string, RegistryCredential>.Empty,
        };
    }

    private static Dictionary<string, RegistryCredential>? ReadAuth(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        StrictJson.ExpectObject(ref reader, "\"auth\"");
        var auth = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal);
        while (StrictJson.NextField(ref reader))
        {
            var registry = StrictJson.ReadName(ref reader);
            if (!auth.TryAdd(registry, ReadAuthConfig(ref reader, registry)))
            {
                throw Duplicate(registry, "\"auth\"");
            }
        }

        return auth;
    }

    private static RegistryCredential ReadAuthConfig(ref Utf8JsonReader reader, string registry)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.Null)
        {
            StrictJson.ExpectObject(ref reader, $"the entry {MessageText.Quote(registry)} of \"auth\"");
            while (StrictJson.NextField(ref reader))
            {
                var name = StrictJson.ReadName(ref reader);
                if (name is not ("username" or "password"))
                {
                    throw Unknown(name);
                }

                if (!fields.TryAdd(name, StrictJson.ReadString(ref reader, name)))
                {
                    throw Duplicate(name, "an entry of \"auth\"");
                }
            }
        }

        return new RegistryCredential(fields.GetValueOrDefault("username") ?? "", fields.GetValueOrDefault("password") ?? "");
    }

    private static FormatException Unknown(string name) =>
        new($"the response has an unknown field {MessageText.Quote(name)}. The kubelet rejects unknown fields; field names are case-sensitive.");

    private static FormatException Duplicate(string name, string where) =>
        new($"duplicate field {MessageText.Quote(name)} in {where}. The kubelet rejects duplicate fields.");

    private static ReadOnlySpan<byte> ToText(CacheKeyType type) => type switch
    {
        CacheKeyType.Image => "Image"u8,
        CacheKeyType.Registry => "Registry"u8,
        CacheKeyType.Global => "Global"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The value is not a defined cache key type."),
    };

    // The kubelet decodes a missing or unknown type, but then discards the response. To a caller that is an invalid response.
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

    private void WriteAuth(ref GoJsonWriter writer)
    {
        var isFirst = true;
        foreach (var (registry, credential) in _sortedAuth)
        {
            writer.WriteRaw(isFirst ? ""u8 : ","u8);
            writer.WriteString(registry);
            writer.WriteRaw(":{\"username\":"u8);
            writer.WriteString(credential.Username);
            writer.WriteRaw(",\"password\":"u8);
            writer.WriteString(credential.Password);
            writer.WriteRaw("}"u8);
            isFirst = false;
        }
    }
}
