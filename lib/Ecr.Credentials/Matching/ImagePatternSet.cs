using System.Buffers;
using System.Collections;
using System.Runtime.CompilerServices;

namespace Ecr.Credentials.Matching;

/// <summary>
/// An ordered set of patterns, such as a provider's <c>matchImages</c>. Lookup time hardly depends on the number of patterns.
/// </summary>
/// <remarks>
/// <para>
/// Each pattern is indexed by its most selective literal, part of the host or the port; patterns that differ only in the path are found by binary
/// search. Only patterns that share all their host literals, in the same positions, are tried one by one.
/// </para>
/// <para>
/// Instances are immutable and safe to use from several threads. Matching an image of up to 4,096 characters allocates nothing.
/// </para>
/// </remarks>
public sealed class ImagePatternSet : IReadOnlyList<ImagePattern>
{
    private readonly ImagePattern[] _patterns;
    private readonly HostIndex _hosts;

    /// <summary>Initializes a new instance of the <see cref="ImagePatternSet"/> class.</summary>
    /// <param name="patterns">The patterns in order; duplicates are allowed.</param>
    /// <exception cref="ArgumentNullException"><paramref name="patterns"/> is <see langword="null"/>.</exception>
    public ImagePatternSet(IEnumerable<ImagePattern> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        _patterns = [.. patterns];
        _hosts = new HostIndex(_patterns);
    }

    /// <summary>Gets the number of patterns.</summary>
    public int Count => _patterns.Length;

    /// <summary>Gets the pattern at an index.</summary>
    /// <param name="index">The zero-based index.</param>
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

    /// <summary>Determines whether any of the patterns matches an image.</summary>
    /// <param name="image">The image, see <see cref="ImagePattern.IsMatch"/>.</param>
    /// <returns><see langword="true"/> if a pattern matches.</returns>
    public bool IsMatch(ReadOnlySpan<char> image) => FirstMatch(image) >= 0;

    /// <summary>Finds the first pattern that matches an image.</summary>
    /// <param name="image">The image, see <see cref="ImagePattern.IsMatch"/>.</param>
    /// <returns>The zero-based index of the first matching pattern; -1 if no pattern matches.</returns>
    public int FirstMatch(ReadOnlySpan<char> image) =>
        SchemelessUrl.TrySplitPlain(image, out var host, out var port, out var path)
        && SchemelessUrl.IsPlainPath(path)
            ? _hosts.FirstMatch(host, port, path)
            : FirstMatchDecoded(image);

    /// <summary>Returns an enumerator of the patterns, in order.</summary>
    /// <returns>The enumerator.</returns>
    public IEnumerator<ImagePattern> GetEnumerator() => ((IEnumerable<ImagePattern>)_patterns).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    // Zeroing the stack buffer would take longer than the rest of the method.
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
