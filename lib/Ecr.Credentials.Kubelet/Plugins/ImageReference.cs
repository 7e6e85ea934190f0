using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>The name of an image as the kubelet understands it: repository, tag and digest, with the defaults of Docker Hub filled in.</summary>
/// <remarks>
/// Rules: <see href="https://github.com/distribution/reference"/>, whose regular expressions have one reading only, so that they are followed here from
/// left to right, and <see href="https://github.com/opencontainers/go-digest"/>. Error texts are the kubelet's.
/// </remarks>
internal sealed class ImageReference
{
    private const string DefaultDomain = "docker.io";
    private const string LegacyDefaultDomain = "index.docker.io";
    private const string OfficialRepositories = "library/";
    private const string Localhost = "localhost";
    private const string DefaultTag = "latest";
    private const string InvalidFormat = "invalid reference format";
    private const int MaxPathLength = 255;
    private const int MaxTagLength = 128;
    private const int IdentifierLength = 64;
    private const int MinDigestLength = 32;

    private const string LowerAlphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const string Alphanumeric = LowerAlphanumeric + "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly SearchValues<char> LowerAlphanumerics = SearchValues.Create(LowerAlphanumeric);
    private static readonly SearchValues<char> Alphanumerics = SearchValues.Create(Alphanumeric);
    private static readonly SearchValues<char> DomainCharacters = SearchValues.Create(Alphanumeric + "-");
    private static readonly SearchValues<char> TagCharacters = SearchValues.Create(Alphanumeric + "_.-");
    private static readonly SearchValues<char> IPv6Characters = SearchValues.Create("0123456789abcdefABCDEF:");
    private static readonly SearchValues<char> LowerHexDigits = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    private ImageReference(string repository, string tag, string digest)
    {
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The image without tag and digest, such as <c>docker.io/library/nginx</c>: what plugins are asked about.</summary>
    public string Repository { get; }

    /// <summary>The tag; <c>latest</c> if there is neither tag nor digest, empty if there is only a digest.</summary>
    public string Tag { get; }

    /// <summary>The digest; empty if there is none.</summary>
    public string Digest { get; }

    /// <summary>Reads the name of an image.</summary>
    /// <param name="image">The name as a pod has it, such as <c>nginx</c>.</param>
    /// <param name="reference">The parts, or null.</param>
    /// <param name="error">What the kubelet says, or null.</param>
    public static bool TryParse(
        string image, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? error)
    {
        reference = Parse(image, out var reason);
        error = reference is null ? $"couldn't parse image name {GoText.Quote(image)}: {reason}" : null;
        return reference is not null;
    }

    private static ImageReference? Parse(string image, out string? reason)
    {
        if (image.Length == IdentifierLength && !image.AsSpan().ContainsAnyExcept(LowerHexDigits))
        {
            reason = $"invalid repository name ({image}), cannot specify 64-byte hexadecimal strings";
            return null;
        }

        SplitDomain(image, out var domain, out var remainder);
        var colon = remainder.IndexOf(':', StringComparison.Ordinal);
        var remote = colon < 0 ? remainder : remainder[..colon];
        if (ToLower(remote) != remote)
        {
            reason = $"{InvalidFormat}: repository name ({remote}) must be lowercase";
            return null;
        }

        return ParseCanonical($"{domain}/{remainder}", out reason);
    }

    private static void SplitDomain(string image, out string domain, out string remainder)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var hasDomain = slash >= 0 && (first.AsSpan().ContainsAny('.', ':') || first == Localhost || ToLower(first) != first);
        domain = hasDomain && first != LegacyDefaultDomain ? first : DefaultDomain;
        remainder = hasDomain ? image[(slash + 1)..] : image;
        if (domain == DefaultDomain && !remainder.Contains('/', StringComparison.Ordinal))
        {
            remainder = OfficialRepositories + remainder;
        }
    }

    private static ImageReference? ParseCanonical(string text, out string? reason)
    {
        if (!TrySplit(text, out var path, out var name, out var tag, out var digest))
        {
            reason = TrySplit(ToLower(text), out _, out _, out _, out _) ? "repository name must be lowercase" : InvalidFormat;
            return null;
        }

        reason = path.Length > MaxPathLength ? $"repository name must not be more than {MaxPathLength} characters"
            : digest.IsEmpty ? null
            : CheckDigest(digest);
        return reason is null
            ? new ImageReference(name.ToString(), tag.IsEmpty && digest.IsEmpty ? DefaultTag : tag.ToString(), digest.ToString())
            : null;
    }

    // name [":" tag] ["@" digest], where the name has a domain if its first part looks like one. A first part that does not, such as "a_b.io", belongs
    // to the path.
    private static bool TrySplit(
        ReadOnlySpan<char> text,
        out ReadOnlySpan<char> path,
        out ReadOnlySpan<char> name,
        out ReadOnlySpan<char> tag,
        out ReadOnlySpan<char> digest)
    {
        var slash = text.IndexOf('/');
        var pathStart = slash > 0 && IsDomain(text[..slash]) ? slash + 1 : 0;
        var pathLength = text[pathStart..].IndexOfAny(':', '@');
        path = pathLength < 0 ? text[pathStart..] : text.Slice(pathStart, pathLength);
        name = text[..(pathStart + path.Length)];

        var rest = text[name.Length..];
        tag = default;
        if (rest is [':', ..])
        {
            var end = rest.IndexOf('@');
            tag = end < 0 ? rest[1..] : rest[1..end];
            rest = rest[(1 + tag.Length)..];
            if (!IsTag(tag))
            {
                digest = default;
                return false;
            }
        }

        digest = rest.IsEmpty ? default : rest[1..];
        return IsPath(path) && (rest.IsEmpty || IsDigest(digest));
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var hostEnd = domain is ['[', ..] ? domain.IndexOf(']') + 1 : domain.IndexOf(':');
        hostEnd = hostEnd < 0 ? domain.Length : hostEnd;
        var port = domain[hostEnd..];
        return IsHost(domain[..hostEnd]) && (port.IsEmpty || (port.Length > 1 && port[0] == ':' && !port[1..].ContainsAnyExcept(Digits)));
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host is ['[', .. var address, ']'])
        {
            return !address.IsEmpty && !address.ContainsAnyExcept(IPv6Characters);
        }

        foreach (var range in host.Split('.'))
        {
            var label = host[range];
            if (label.IsEmpty || label.ContainsAnyExcept(DomainCharacters) || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPath(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            if (!IsPathComponent(path[range]))
            {
                return false;
            }
        }

        return true;
    }

    // Lower-case letters and digits, with ".", "_", "__" or any number of "-" between them.
    private static bool IsPathComponent(ReadOnlySpan<char> text)
    {
        while (true)
        {
            var wordLength = text.IndexOfAnyExcept(LowerAlphanumerics);
            if (wordLength < 0)
            {
                return !text.IsEmpty;
            }

            text = text[wordLength..];
            var separatorLength = text.IndexOfAny(LowerAlphanumerics);
            if (wordLength == 0 || separatorLength < 0)
            {
                return false;
            }

            var separator = text[..separatorLength];
            if (separator is not ("." or "_" or "__") && separator.ContainsAnyExcept('-'))
            {
                return false;
            }

            text = text[separatorLength..];
        }
    }

    private static bool IsTag(ReadOnlySpan<char> tag) =>
        tag.Length is > 0 and <= MaxTagLength && tag[0] is not ('.' or '-') && !tag.ContainsAnyExcept(TagCharacters);

    private static bool IsDigest(ReadOnlySpan<char> digest)
    {
        var colon = digest.IndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        var encoded = digest[(colon + 1)..];
        return IsAlgorithm(digest[..colon], Alphanumerics, startsWithLetter: true)
            && encoded.Length >= MinDigestLength && !encoded.ContainsAnyExcept(HexDigits);
    }

    private static bool IsAlgorithm(ReadOnlySpan<char> algorithm, SearchValues<char> characters, bool startsWithLetter)
    {
        foreach (var range in algorithm.SplitAny("-_+."))
        {
            var part = algorithm[range];
            if (part.IsEmpty || part.ContainsAnyExcept(characters) || (startsWithLetter && char.IsAsciiDigit(part[0])))
            {
                return false;
            }
        }

        return true;
    }

    private static string? CheckDigest(ReadOnlySpan<char> digest)
    {
        var colon = digest.IndexOf(':');
        var algorithm = digest[..colon];
        var encoded = digest[(colon + 1)..];
        var length = algorithm switch
        {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => 0,
        };

        return length == 0 && IsAlgorithm(algorithm, LowerAlphanumerics, startsWithLetter: false) ? "unsupported digest algorithm"
            : length == 0 ? "invalid checksum digest format"
            : encoded.Length != length ? "invalid checksum digest length"
            : encoded.ContainsAnyExcept(LowerHexDigits) ? "invalid checksum digest format"
            : null;
    }

    // Unlike .NET, Go maps the dotted capital I to an i also where no culture is involved.
    private static string ToLower(string text)
    {
        StringBuilder? lower = null;
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var mapped = rune.Value == '\u0130' ? new Rune('i') : Rune.ToLowerInvariant(rune);
            lower ??= mapped == rune ? null : new StringBuilder(text, 0, position, text.Length);
            lower?.Append(mapped.ToString());
            position += rune.Utf16SequenceLength;
        }

        return lower?.ToString() ?? text;
    }
}
