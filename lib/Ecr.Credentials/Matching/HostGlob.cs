using System.Runtime.CompilerServices;

namespace Ecr.Credentials.Matching;

/// <summary>
/// The compiled host of a pattern. A star matches any number of bytes within its label, including none; everything else is literal.
/// </summary>
/// <remarks>
/// A star never crosses a dot and a literal dot matches only a dot, so the number of labels needs no separate comparison. For the same reason the position of
/// nearly every literal is known without searching: after a star, the first dot of a literal must coincide with the host's next dot. Only a literal
/// between two stars of one label is searched for, and its leftmost occurrence is as good as any other.
/// </remarks>
internal sealed class HostGlob
{
    private readonly string _prefix;
    private readonly Literal[] _middle;
    private readonly string? _suffix;
    private readonly string[]? _classLabels;

    /// <param name="host">The decoded host, see <see cref="SchemelessUrl"/>.</param>
    public HostGlob(string host)
    {
        Text = host;
        var literals = host.Split('*');
        _prefix = literals[0];
        _suffix = literals.Length > 1 ? literals[^1] : null;
        _middle = [.. literals.Skip(1).SkipLast(1).Where(literal => literal.Length > 0).Select(literal => new Literal(literal))];

        if (host.Contains('[', StringComparison.Ordinal))
        {
            var labels = host.Split('.');
            _classLabels = labels.All(label => ClassLabelGlob.IsWellFormed(label)) ? labels : [];
        }
    }

    public string Text { get; }

    /// <summary>Whether the host still contains the brackets of an IPv6 address, see <see cref="ClassLabelGlob"/>.</summary>
    public bool HasClasses => _classLabels is not null;

    // If inlined, it would make its callers spill their spans to the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool IsMatch(ReadOnlySpan<char> host)
    {
        if (_classLabels is not null)
        {
            return IsMatchByLabel(_classLabels, host);
        }

        if (_suffix is null)
        {
            return host.SequenceEqual(_prefix);
        }

        if (host.Length < _prefix.Length + _suffix.Length || !host.EndsWith(_suffix) || (_prefix.Length > 0 && !host.StartsWith(_prefix)))
        {
            return false;
        }

        host = host[_prefix.Length..^_suffix.Length];
        foreach (var literal in _middle)
        {
            var start = literal.FindAfterStar(host);
            if (start < 0)
            {
                return false;
            }

            host = host[(start + literal.Text.Length)..];
        }

        return !host.Contains('.');
    }

    private static bool IsMatchByLabel(string[] labels, ReadOnlySpan<char> host)
    {
        var count = 0;
        foreach (var range in host.Split('.'))
        {
            if (count == labels.Length || !ClassLabelGlob.IsMatch(labels[count], host[range]))
            {
                return false;
            }

            count++;
        }

        return count == labels.Length;
    }

    /// <summary>The text between two stars.</summary>
    private readonly struct Literal(string text)
    {
        private readonly int _dot = text.IndexOf('.', StringComparison.Ordinal);

        public string Text { get; } = text;

        /// <summary>Returns the position of this text in the rest of the host, which starts at the preceding star; -1 if not found.</summary>
        public int FindAfterStar(ReadOnlySpan<char> host)
        {
            if (_dot < 0)
            {
                return FindInLabel(host);
            }

            var start = host.IndexOf('.') - _dot;
            return start >= 0 && host[start..].StartsWith(Text) ? start : -1;
        }

        // Labels are short, and a pattern with many stars needs many searches: a plain loop is faster than a vectorized search.
        private int FindInLabel(ReadOnlySpan<char> host)
        {
            for (var start = 0; start <= host.Length - Text.Length && host[start] != '.'; start++)
            {
                if (host[start] == Text[0] && (Text.Length == 1 || host[start..].StartsWith(Text)))
                {
                    return start;
                }
            }

            return -1;
        }
    }
}
