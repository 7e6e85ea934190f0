using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>The key of a credential in a response as the kubelet's keyring holds it: host, port and path, which match images like a pattern.</summary>
/// <remarks>
/// Rules: <c>Add</c> and <c>Lookup</c> of https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go. A key is decoded when it is
/// stored and again when it is looked up, so that percent escapes are decoded twice.
/// </remarks>
internal sealed class AuthKey
{
    private const string DefaultRegistry = "index.docker.io";
    private const string Https = "https://";
    private const string Http = "http://";

    // One character for each byte, since the kubelet compares and sorts bytes.
    private readonly string _bytes;

    // Null if what is stored does not parse again. It then matches nothing.
    private readonly ImagePattern? _pattern;

    private AuthKey(string bytes)
    {
        _bytes = bytes;
        Text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));
        _pattern = ImagePattern.TryParse(Text, out var pattern) ? pattern : null;
    }

    /// <summary>The key as it is stored, such as <c>index.docker.io</c> for <c>https://index.docker.io/v1/</c>.</summary>
    public string Text { get; }

    /// <summary>Whether images of Docker Hub that no key matches get the credentials stored here.</summary>
    public bool IsDefaultRegistry => _bytes == DefaultRegistry;

    /// <summary>Reads the key of an entry of <c>auth</c>.</summary>
    /// <param name="text">The key as the plugin wrote it.</param>
    /// <param name="key">What the keyring stores; null if it ignores the entry, because the key is not a URL.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AuthKey? key)
    {
        var url = text.StartsWith(Https, StringComparison.Ordinal) ? text.AsSpan(Https.Length)
            : text.StartsWith(Http, StringComparison.Ordinal) ? text.AsSpan(Http.Length)
            : text;
        var buffer = new char[SchemelessUrl.MaxDecodedLength(url.Length)];
        if (!SchemelessUrl.TryParse(url, buffer, out var parsed, out _, out _))
        {
            key = null;
            return false;
        }

        var path = parsed.Path;
        if (path.StartsWith("/v1/") || path.StartsWith("/v2/"))
        {
            path = path[3..];
        }

        key = new AuthKey(string.Concat(DecodeAuthority(url), path is "/" ? "" : path));
        return true;
    }

    /// <summary>Whether an image that no key matches gets what is stored for Docker Hub.</summary>
    public static bool IsOfDefaultRegistry(ReadOnlySpan<char> image)
    {
        var slash = image.IndexOf('/');
        return slash < 0 ? !image.IsEmpty
            : slash > 0 && (image[..slash] is "docker.io" or DefaultRegistry || !image[..slash].ContainsAny('.', ':'));
    }

    /// <summary>A key as it can be shown: a password before the host is left out.</summary>
    public static string WithoutUserinfo(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var start = scheme < 0 ? 0 : scheme + 3;
        var length = text.AsSpan(start).IndexOfAny("/?#");
        var authority = length < 0 ? text.AsSpan(start) : text.AsSpan(start, length);
        var at = authority.LastIndexOf('@');
        return at < 0 ? text : string.Concat(text.AsSpan(0, start), "***", text.AsSpan(start + at));
    }

    /// <summary>Whether the credentials stored under this key are for an image.</summary>
    /// <param name="image">The image as the kubelet has it, without tag and digest.</param>
    public bool IsMatch(ReadOnlySpan<char> image) => _pattern is not null && _pattern.IsMatch(image);

    /// <summary>Below zero if the kubelet tries this key's credentials before the other's: it sorts the keys by their bytes, backwards.</summary>
    public int CompareTo(AuthKey other) => string.CompareOrdinal(other._bytes, _bytes);

    // Host and port in one, as they are stored. Of the parsed parts the brackets of an IPv6 address and an empty port are gone.
    private static string DecodeAuthority(ReadOnlySpan<char> url)
    {
        var end = url.IndexOfAny("/?#");
        var authority = end < 0 ? url : url[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        if (!authority.Contains('%') && Ascii.IsValid(authority))
        {
            return authority.ToString();
        }

        var decoded = new StringBuilder(authority.Length);
        foreach (var b in Encoding.UTF8.GetBytes(authority.ToString()))
        {
            decoded.Append((char)b);
        }

        for (var i = 0; i < decoded.Length; i++)
        {
            if (decoded[i] == '%')
            {
                var escape = string.Concat(decoded[i + 1].ToString(), decoded[i + 2].ToString());
                decoded.Remove(i, 3).Insert(i, (char)Convert.ToByte(escape, 16));
            }
        }

        return decoded.ToString();
    }
}
