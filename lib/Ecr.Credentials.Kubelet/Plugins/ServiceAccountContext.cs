using System.Buffers.Binary;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What a plugin is given of a service account, and what it is cached and shared by.</summary>
/// <remarks>
/// Immutable. Keys are the kubelet's, byte by byte, with one character for each byte: strings behind their length in 16 bits, so that none can be taken
/// for another.
/// </remarks>
[DebuggerDisplay("{Reference}")]
internal sealed class ServiceAccountContext
{
    private ServiceAccountContext(
        ServiceAccountReference? reference, string token, IReadOnlyDictionary<string, string> annotations, string cacheKey, string flightKey)
    {
        Reference = reference;
        Token = token;
        Annotations = annotations;
        CacheKey = cacheKey;
        FlightKey = flightKey;
    }

    /// <summary>Without a service account.</summary>
    public static ServiceAccountContext None { get; } = new(null, "", ReadOnlyDictionary<string, string>.Empty, "", "");

    public ServiceAccountReference? Reference { get; }

    /// <summary>The token; empty if there is none.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Token { get; }

    /// <summary>The annotations that the plugin gets.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>What separates answers in the cache: the service account with these annotations and, if so configured, the token's hash.</summary>
    public string CacheKey { get; }

    /// <summary>What separates executions that run at the same time: the token's hash and the annotations.</summary>
    public string FlightKey { get; }

    /// <summary>Builds the keys.</summary>
    /// <param name="reference">The service account.</param>
    /// <param name="token">Its token.</param>
    /// <param name="annotations">The annotations that the plugin gets.</param>
    /// <param name="isCachedByToken">Whether answers are cached for one token only.</param>
    /// <param name="context">The result, or null.</param>
    /// <param name="error">Why there is none, as the kubelet says it.</param>
    public static bool TryCreate(
        ServiceAccountReference reference,
        string token,
        IReadOnlyDictionary<string, string> annotations,
        bool isCachedByToken,
        [NotNullWhen(true)] out ServiceAccountContext? context,
        [NotNullWhen(false)] out string? error)
    {
        var hash = token.Length == 0 ? "" : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))}";
        var cacheKey = new KeyBuilder().Add(reference.Namespace).Add(reference.Name).Add(reference.Uid).Add(annotations);
        if (isCachedByToken)
        {
            cacheKey.Add("token").Add(hash);
        }

        var flightKey = new KeyBuilder().Add(hash).Add(annotations);
        error = cacheKey.Error ?? flightKey.Error ?? KeyBuilder.CheckLength(cacheKey.Length);
        context = error is null ? new ServiceAccountContext(reference, token, annotations, cacheKey.ToString(), flightKey.ToString()) : null;
        error = error is null ? null : $"error generating service account cache key: {error}";
        return context is not null;
    }

    private sealed class KeyBuilder
    {
        private readonly StringBuilder _key = new();

        public string? Error { get; private set; }

        public int Length => _key.Length;

        public static string? CheckLength(int length) => length <= ushort.MaxValue
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"cryptobyte: pending child length {length} exceeds 2-byte length prefix");

        public KeyBuilder Add(string text)
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            Error ??= CheckLength(utf8.Length);
            Span<byte> length = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16BigEndian(length, unchecked((ushort)utf8.Length));
            return Append(length).Append(utf8);
        }

        public KeyBuilder Add(IReadOnlyDictionary<string, string> annotations)
        {
            Span<byte> count = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(count, (uint)annotations.Count);
            Append(count);
            foreach (var key in annotations.Keys.Order(StringComparer.Ordinal))
            {
                Add(key).Add(annotations[key]);
            }

            return this;
        }

        public override string ToString() => _key.ToString();

        private KeyBuilder Append(ReadOnlySpan<byte> bytes)
        {
            foreach (var b in bytes)
            {
                _key.Append((char)b);
            }

            return this;
        }
    }
}
