using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>A minor version of Kubernetes, such as 1.34.</summary>
/// <remarks>Immutable. The default value is 0.0.</remarks>
public readonly struct KubernetesVersion : IEquatable<KubernetesVersion>, IComparable<KubernetesVersion>
{
    /// <summary>Makes a version.</summary>
    /// <param name="major">The first number, at least 0.</param>
    /// <param name="minor">The second number, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public KubernetesVersion(int major, int minor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(major);
        ArgumentOutOfRangeException.ThrowIfNegative(minor);
        Major = major;
        Minor = minor;
    }

    /// <summary>The newest version whose rules are known here: 1.36.</summary>
    public static KubernetesVersion Latest => new(1, 36);

    /// <summary>The first number.</summary>
    public int Major { get; }

    /// <summary>The second number.</summary>
    public int Minor { get; }

    /// <summary>Whether two versions are the same.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">A version.</param>
    /// <returns>Whether they are.</returns>
    public static bool operator ==(KubernetesVersion left, KubernetesVersion right) => left.Equals(right);

    /// <summary>Whether two versions differ.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">A version.</param>
    /// <returns>Whether they do.</returns>
    public static bool operator !=(KubernetesVersion left, KubernetesVersion right) => !left.Equals(right);

    /// <summary>Whether the first version is older.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">A version.</param>
    /// <returns>Whether it is.</returns>
    public static bool operator <(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the first version is older, or both are the same.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">A version.</param>
    /// <returns>Whether it is.</returns>
    public static bool operator <=(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the first version is newer.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">A version.</param>
    /// <returns>Whether it is.</returns>
    public static bool operator >(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the first version is newer, or both are the same.</summary>
    /// <param name="left">A version.</param>
    /// <param name="right">A version.</param>
    /// <returns>Whether it is.</returns>
    public static bool operator >=(KubernetesVersion left, KubernetesVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Reads a version.</summary>
    /// <param name="text">Such as <c>1.30</c>, <c>v1.30.2</c> or <c>v1.30.2+k3s1</c>.</param>
    /// <returns>The version.</returns>
    /// <exception cref="FormatException">The text is not a version of Kubernetes.</exception>
    public static KubernetesVersion Parse(ReadOnlySpan<char> text) => TryParse(text, out var version)
        ? version
        : throw new FormatException($"{MessageText.Quote(text)} is not a Kubernetes version. Write one such as 1.34 or v1.34.2.");

    /// <summary>Reads a version without throwing.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="version">The version, or 0.0.</param>
    /// <returns>Whether the text is a version.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out KubernetesVersion version)
    {
        version = default;
        text = text is ['v' or 'V', ..] ? text[1..] : text;
        var suffix = text.IndexOfAny('-', '+');
        text = suffix < 0 ? text : text[..suffix];

        Span<Range> parts = stackalloc Range[4];
        var count = text.Split(parts, '.');
        if (count is not (2 or 3)
            || !int.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            || (count == 3 && !int.TryParse(text[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            return false;
        }

        version = new KubernetesVersion(major, minor);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(KubernetesVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    /// <inheritdoc/>
    public bool Equals(KubernetesVersion other) => (Major, Minor) == (other.Major, other.Minor);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KubernetesVersion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Major, Minor);

    /// <summary>The version, such as <c>1.34</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
