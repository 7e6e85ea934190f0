using System.Text.Encodings.Web;

namespace Ecr.Credentials.Protocol;

/// <summary>
/// Escapes JSON strings as the kubelet's encoder does, so that what is written here is byte for byte what the kubelet would write.
/// </summary>
/// <remarks>
/// Go's rules, <see href="https://pkg.go.dev/encoding/json#Marshal"/>: only quote, backslash, control characters, <c>&lt; &gt; &amp;</c> and
/// U+2028, U+2029 are escaped, in lower-case hex. The encoders of System.Text.Json escape far more, in upper-case hex.
/// </remarks>
internal sealed unsafe class KubeletJsonEncoder : JavaScriptEncoder
{
    public static KubeletJsonEncoder Instance { get; } = new();

    // "\u2028" and its like are the longest form one character can take.
    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) =>
        unicodeScalar is < 0x20 or '"' or '\\' or '<' or '>' or '&' or 0x2028 or 0x2029;

    public override int FindFirstCharacterToEncode(char* text, int textLength)
    {
        var span = new ReadOnlySpan<char>(text, textLength);
        for (var i = 0; i < span.Length; i++)
        {
            // A surrogate is handed to the base class, which tells pairs from lone ones and replaces these by U+FFFD.
            if (WillEncode(span[i]) || char.IsSurrogate(span[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public override bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var escaped = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\b' => "\\b",
            '\f' => "\\f",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ => $"\\u{unicodeScalar:x4}",
        };

        var fits = escaped.AsSpan().TryCopyTo(new Span<char>(buffer, bufferLength));
        numberOfCharactersWritten = fits ? escaped.Length : 0;
        return fits;
    }
}
