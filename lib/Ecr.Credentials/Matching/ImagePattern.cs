using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ecr.Credentials.Matching;

/// <summary>
/// One entry of <c>matchImages</c> in a kubelet's credential provider configuration, which decides about an image exactly as the kubelet
/// does.
/// </summary>
/// <remarks>
/// <para>
/// A pattern is <c>host[:port][/path]</c>. In the host, <c>*</c> matches any run of characters within one label, also none:
/// <c>*.dkr.ecr.*.amazonaws.com</c> matches <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/app</c>. Host labels must be equal in number.
/// </para>
/// <para>What surprises people:</para>
/// <list type="bullet">
/// <item><c>?</c> and <c>[...]</c> are no wildcards. The former starts a query, which is ignored; the latter is refused.</item>
/// <item>A pattern without port does not match an image with one; <c>:443</c> is not implied.</item>
/// <item>The path is a prefix of the text, not of its segments: <c>r.io/foo</c> matches <c>r.io/foobar</c>.</item>
/// <item>There are no stars in paths: <c>r.io/*</c> matches nothing but a path that begins with a star. Write <c>r.io</c>.</item>
/// <item>Case matters, in the host too.</item>
/// <item>A scheme is not stripped: <c>https://r.io</c> is valid and matches no real image.</item>
/// </list>
/// <para>
/// The rules are those of the kubelet's <c>URLsMatchStr</c>
/// (https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go) built with Go 1.26: both sides are parsed as
/// URLs and compared as bytes, percent escapes decoded. Text that is not well-formed UTF-16 counts as if U+FFFD stood for each lone
/// surrogate.
/// </para>
/// <para>
/// Instances are immutable and safe to use from several threads. Matching an image of up to 4,096 characters allocates nothing.
/// </para>
/// </remarks>
public sealed class ImagePattern
{
    private readonly string _text;

    // "host[:port][/path]" if there is neither a star nor anything to decode in it.
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
    /// Patterns that together match every image of Amazon ECR: private and public registries, IPv4 and dual-stack host names, in all
    /// partitions.
    /// </summary>
    /// <value>
    /// 18 patterns; no two match the same image. FIPS host names are covered where AWS publishes them, in the partitions aws and
    /// aws-us-gov. An image whose host names a port, even 443, is matched by none. A star matches any account, so who hands out a token
    /// must still validate the host.
    /// </value>
    public static IReadOnlyList<ImagePattern> ForEcr => EcrImagePatterns.All;

    /// <summary>The host.</summary>
    internal HostGlob Host { get; }

    /// <summary>The digits of the port; empty without one.</summary>
    internal string Port { get; }

    /// <summary>The decoded path, see <see cref="SchemelessUrl"/>.</summary>
    internal string Path { get; }

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern. Empty text is valid, and matches an image without host.</param>
    /// <returns>The pattern.</returns>
    /// <exception cref="FormatException">
    /// The kubelet would refuse the text: it is no URL if put behind <c>https://</c>. The message says what is wrong where.
    /// </exception>
    public static ImagePattern Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var pattern, out var error) ? pattern : throw new FormatException(error);

    /// <summary>Parses a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern; null if the text is not valid.</param>
    /// <returns>Whether the text is valid, that is, whether the kubelet would accept it.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ImagePattern? pattern) =>
        TryParse(text, out pattern, out _, out _);

    /// <summary>Parses a pattern and says why it is not valid.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The pattern; null if the text is not valid.</param>
    /// <param name="error">What is wrong where, and what to do; null if the text is valid.</param>
    /// <returns>Whether the text is valid, that is, whether the kubelet would accept it.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out ImagePattern? pattern, [NotNullWhen(false)] out string? error)
    {
        var isValid = TryParse(text, out pattern, out var fault, out var position);
        error = isValid ? null : UrlErrorText.For(text, fault, position);
        return isValid;
    }

    /// <summary>Whether the kubelet would hold that this pattern matches an image.</summary>
    /// <param name="image">
    /// The image as the kubelet has it, <c>docker.io/library/nginx</c> rather than <c>nginx</c>. An image that does not parse matches
    /// nothing.
    /// </param>
    /// <returns>Whether the image matches.</returns>
    public bool IsMatch(ReadOnlySpan<char> image) => _literal is null ? IsMatchGlob(image) : IsMatchLiteral(_literal, image);

    /// <summary>The text that was parsed.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => _text;

    private static bool TryParse(
        ReadOnlySpan<char> text, [NotNullWhen(true)] out ImagePattern? pattern, out UrlError fault, out int position)
    {
        var buffer = new char[SchemelessUrl.MaxDecodedLength(text.Length)];
        var isValid = SchemelessUrl.TryParse(text, buffer, out var url, out fault, out position);
        pattern = isValid ? new ImagePattern(text.ToString(), url) : null;
        return isValid;
    }

    // Nearly every image that has the pattern's host and port has them as they stand, and decides at the first character that differs.
    private bool IsMatchLiteral(string literal, ReadOnlySpan<char> image)
    {
        var same = image.CommonPrefixLength(literal);
        if (same == literal.Length)
        {
            var rest = image[same..];
            return ((same > _authorityLength || rest.IsEmpty || rest[0] == '/') && SchemelessUrl.IsPlainPath(rest)) || IsMatchGlob(image);
        }

        // In the path it is another path, unless an escape stands for what the pattern wants.
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

    // Zeroing the stack would cost more than the rest.
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
