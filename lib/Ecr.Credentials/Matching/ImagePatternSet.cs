using System.Buffers;
using System.Runtime.CompilerServices;

namespace Ecr.Credentials.Matching;

/// <summary>
/// Many patterns in order, such as the <c>matchImages</c> of a provider. The time of an answer hardly grows with their number.
/// </summary>
/// <remarks>
/// <para>
/// Patterns are found by the part of their host, or by the port, that fewest of them share, and patterns that differ only in the path by
/// binary search. Only patterns whose host names nothing but the same literals at the same places are tried one after the other.
/// </para>
/// <para>
/// Instances are immutable and safe to use from several threads. Matching an image of up to 4,096 characters allocates nothing.
/// </para>
/// </remarks>
public sealed class ImagePatternSet
{
    private readonly ImagePattern[] _patterns;
    private readonly HostIndex _hosts;

    /// <summary>Makes a set of patterns.</summary>
    /// <param name="patterns">The patterns in order; the same may occur several times.</param>
    /// <exception cref="ArgumentNullException"><paramref name="patterns"/> is null.</exception>
    public ImagePatternSet(IEnumerable<ImagePattern> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = [.. patterns];
        _hosts = new HostIndex(_patterns);
    }

    /// <summary>The number of patterns.</summary>
    public int Count => _patterns.Length;

    /// <summary>The pattern at an index.</summary>
    /// <param name="index">The index, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no pattern at <paramref name="index"/>.</exception>
    public ImagePattern this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _patterns[index];
        }
    }

    /// <summary>Whether any of the patterns matches an image.</summary>
    /// <param name="image">The image, see <see cref="ImagePattern.IsMatch"/>.</param>
    /// <returns>Whether the image matches.</returns>
    public bool IsMatch(ReadOnlySpan<char> image) => FirstMatch(image) >= 0;

    /// <summary>The first pattern that matches an image.</summary>
    /// <param name="image">The image, see <see cref="ImagePattern.IsMatch"/>.</param>
    /// <returns>The lowest index of a pattern that matches; -1 if none does.</returns>
    public int FirstMatch(ReadOnlySpan<char> image) =>
        SchemelessUrl.TrySplitPlain(image, out var host, out var port, out var path)
        && SchemelessUrl.IsPlainPath(path)
            ? _hosts.FirstMatch(host, port, path)
            : FirstMatchDecoded(image);

    // Zeroing the stack would cost more than the rest.
    [SkipLocalsInit]
    private int FirstMatchDecoded(ReadOnlySpan<char> image)
    {
        var length = SchemelessUrl.MaxDecodedLength(image.Length);
        var rented = length > SchemelessUrl.StackBufferLength ? ArrayPool<char>.Shared.Rent(length) : null;
        var buffer = rented ?? stackalloc char[SchemelessUrl.StackBufferLength];

        var first = SchemelessUrl.TryParse(image, buffer, out var url, out _, out _)
            ? _hosts.FirstMatch(url.Host, url.Port, url.Path)
            : -1;

        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return first;
    }
}
