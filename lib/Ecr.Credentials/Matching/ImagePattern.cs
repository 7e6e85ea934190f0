using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ecr.Credentials.Matching;

/// <summary>
/// An entry of <c>matchImages</c> in the kubelet's credential provider configuration, matched by exactly the kubelet's rules.
/// </summary>
/// <remarks>
/// <para>
/// A pattern has the form <c>host[:port][/path]</c>. In the host, <c>*</c> matches any number of characters within one label, including none:
/// <c>*.dkr.ecr.*.amazonaws.com</c> matches <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/app</c>. Pattern and image must have the same number of
/// host labels.
/// </para>
/// <para>Common pitfalls:</para>
/// <list type="bullet">
/// <item><c>?</c> and <c>[...]</c> are not wildcards. The former starts a query, which is ignored; the latter is rejected.</item>
/// <item>A pattern without a port does not match an image with one; <c>:443</c> is not implied.</item>
/// <item>The path is a prefix of the text, not of whole segments: <c>r.io/foo</c> matches <c>r.io/foobar</c>.</item>
/// <item>A star in a path is literal: <c>r.io/*</c> matches only paths that start with a star. Use <c>r.io</c>.</item>
/// <item>Matching is case-sensitive, including the host.</item>
/// <item>A scheme is not stripped: <c>https://r.io</c> is valid and matches no real image.</item>
/// </list>
/// <para>
/// The rules are those of the kubelet's <c>URLsMatchStr</c>
/// (https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go) built with Go 1.26: both sides are parsed as
/// URLs and compared as bytes, with percent-escapes decoded. In text that is not well-formed UTF-16, each lone surrogate is treated as U+FFFD.
/// </para>
/// <para>
/// Instances are immutable and safe to use from several threads. Matching an image of up to 4,096 characters allocates nothing.
/// </para>
/// </remarks>
public sealed class ImagePattern
{
    private readonly string _text;

    // "host[:port][/path]" if it contains no star and nothing to decode.
    private readonly string? _literal;
    private readonly int _authorityLength;

    private ImagePattern(string text, SchemelessUrl url)
    {
        _text = text;
        Host = new HostGlob(url.Host.ToString());
        Port = url.Port.ToString();
        Path = url.Path.ToString();

        var authority = Port.Length == 0 ? Host.Text : $"{Host.Text}:{Port}";
        var isLiteral = !authority.Contains('*', StringComparison.Ordinal) && SchemelessUrl.IsPlain(authority + Path);
        _literal = isLiteral ? authority + Path : null;
        _authorityLength = authority.Length;
    }

    /// <summary>
    /// Gets patterns that together match every Amazon ECR image: private and public registries, IPv4 and dual-stack host names, all partitions.
    /// </summary>
    /// <value>
    /// 18 patterns; no two match the same image. FIPS host names are included where AWS publishes them, in the partitions aws and aws-us-gov. Images
    /// with a port, even 443, are not matched. A star matches any text in place of the account ID, so validate the host before returning a token for it.
    /// </value>
    public static IReadOnlyList<ImagePattern> ForEcr => EcrImagePatterns.All;

    internal HostGlob Host { get; }

    /// <summary>The digits of the port; empty if there is no port.</summary>
    internal string Port { get; }

    /// <summary>The decoded path, see <see cref="SchemelessUrl"/>.</summary>
    internal string Path { get; }

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern. An empty pattern is valid and matches an image without a host.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="FormatException">
    /// The kubelet would reject the pattern: with <c>https://</c> prepended it is not a valid URL. The message says what is wrong and where.
    /// </exception>
    public static ImagePattern Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var pattern, out var error) ? pattern : throw new FormatException(error);

    /// <summary>Parses a pattern without throwing.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The parsed pattern, or <see langword="null"/> if the text is not valid.</param>
    /// <returns><see langword="true"/> if the text is valid, that is, if the kubelet would accept it.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ImagePattern? pattern) =>
        TryParse(text, out pattern, out _, out _);

    /// <summary>Parses a pattern without throwing and explains why it is not valid.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The parsed pattern, or <see langword="null"/> if the text is not valid.</param>
    /// <param name="error">What is wrong, where, and how to fix it; <see langword="null"/> if the text is valid.</param>
    /// <returns><see langword="true"/> if the text is valid, that is, if the kubelet would accept it.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out ImagePattern? pattern, [NotNullWhen(false)] out string? error)
    {
        var isValid = TryParse(text, out pattern, out var fault, out var position);
        error = isValid ? null : UrlErrorText.For(text, fault, position);
        return isValid;
    }

    /// <summary>Determines whether this pattern matches an image, as the kubelet would decide it.</summary>
    /// <param name="image">
    /// The normalized image name as the kubelet uses it: <c>docker.io/library/nginx</c>, not <c>nginx</c>. An image that cannot be parsed never matches.
    /// </param>
    /// <returns><see langword="true"/> if the image matches.</returns>
    public bool IsMatch(ReadOnlySpan<char> image) => _literal is null ? IsMatchGlob(image) : IsMatchLiteral(_literal, image);

    /// <summary>Returns the text that was parsed.</summary>
    /// <returns>The text that was parsed.</returns>
    public override string ToString() => _text;

    private static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out ImagePattern? pattern, out UrlError fault, out int position)
    {
        var buffer = new char[SchemelessUrl.MaxDecodedLength(text.Length)];
        var isValid = SchemelessUrl.TryParse(text, buffer, out var url, out fault, out position);
        pattern = isValid ? new ImagePattern(text.ToString(), url) : null;
        return isValid;
    }

    // Nearly every image with the pattern's host and port spells them the same way, so the first difference decides.
    private bool IsMatchLiteral(string literal, ReadOnlySpan<char> image)
    {
        var same = image.CommonPrefixLength(literal);
        if (same == literal.Length)
        {
            var rest = image[same..];
            return ((same > _authorityLength || rest.IsEmpty || rest[0] == '/') && SchemelessUrl.IsPlainPath(rest)) || IsMatchGlob(image);
        }

        // A difference in the path is a mismatch, unless the image escapes that character.
        return (same <= _authorityLength || (same < image.Length && image[same] == '%')) && IsMatchGlob(image);
    }

    private bool IsMatchGlob(ReadOnlySpan<char> image)
    {
        if (!SchemelessUrl.TrySplitPlain(image, out var host, out var port, out var path))
        {
            return IsMatchDecoded(image);
        }

        if (!SchemelessUrl.IsSamePort(port, Port) || !Host.IsMatch(host))
        {
            return false;
        }

        return SchemelessUrl.IsPlainPath(path) ? Path.Length == 0 || path.StartsWith(Path) : IsMatchDecoded(image);
    }

    // Zeroing the stack buffer would take longer than the rest of the method.
    [SkipLocalsInit]
    private bool IsMatchDecoded(ReadOnlySpan<char> image)
    {
        var length = SchemelessUrl.MaxDecodedLength(image.Length);
        var rented = length > SchemelessUrl.StackBufferLength ? ArrayPool<char>.Shared.Rent(length) : null;
        var buffer = rented ?? stackalloc char[SchemelessUrl.StackBufferLength];

        var isMatch = SchemelessUrl.TryParse(image, buffer, out var url, out _, out _)
            && SchemelessUrl.IsSamePort(url.Port, Port)
            && Host.IsMatch(url.Host)
            && url.Path.StartsWith(Path);

        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return isMatch;
    }
}
