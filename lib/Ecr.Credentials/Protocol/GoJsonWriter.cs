using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Ecr.Credentials.Protocol;

/// <summary>
/// Writes JSON byte for byte as Go's encoder, and thus the kubelet, does. Allocates nothing.
/// </summary>
/// <remarks>
/// Go's rules, <see href="https://pkg.go.dev/encoding/json#Marshal"/>: quote, backslash, control characters, <c>&lt; &gt; &amp;</c>, U+2028 and
/// U+2029 are escaped, in lower-case hex; a lone surrogate becomes <c>\ufffd</c>. The encoders of System.Text.Json escape far more, in upper-case hex.
/// <see cref="Flush"/> must be called at the end.
/// </remarks>
internal ref struct GoJsonWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        "\"\\<>&\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000e\u000f"
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u2028\u2029");

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _buffer;
    private int _used;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // Most arguments are constants, which then compile to a few moves.
    public void WriteRaw(scoped ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_buffer[_used..]);
        _used += json.Length;
    }

    public void WriteString(scoped ReadOnlySpan<char> text)
    {
        if (!TryWritePlain(text))
        {
            WriteRaw("\""u8);
            WriteWithEscapes(text);
            WriteRaw("\""u8);
        }
    }

    public void Flush()
    {
        _output.Advance(_used);
        _buffer = default;
        _used = 0;
    }

    private void Reserve(int length)
    {
        if (_buffer.Length - _used < length)
        {
            Flush();
            _buffer = _output.GetSpan(length);
        }
    }

    private bool TryWritePlain(scoped ReadOnlySpan<char> text)
    {
        Reserve(text.Length + 2);
        var quoted = _buffer.Slice(_used, text.Length + 2);
        var content = quoted[1..^1];
        if (!JsonSafeAscii.TryWrite(text, content))
        {
            return false;
        }

        quoted[0] = quoted[^1] = (byte)'"';
        _used += quoted.Length;
        return true;
    }

    private void WriteWithEscapes(scoped ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plainLength = text.IndexOfAny(Escaped);
            var plain = plainLength < 0 ? text : text[..plainLength];
            text = text[plain.Length..];
            WriteUnescaped(plain);
            if (!text.IsEmpty)
            {
                WriteEscaped(text[0]);
                text = text[1..];
            }
        }
    }

    private void WriteUnescaped(scoped ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            // A UTF-16 code unit needs at most three bytes.
            Reserve(checked(text.Length * 3));
            var status = Utf8.FromUtf16(text, _buffer[_used..], out var read, out var written, replaceInvalidSequences: false);
            _used += written;
            text = text[read..];
            if (status == OperationStatus.InvalidData)
            {
                WriteEscaped('\ufffd');
                text = text[1..];
            }
        }
    }

    private void WriteEscaped(char c)
    {
        switch (c)
        {
            case '"':
                WriteRaw("\\\""u8);
                break;
            case '\\':
                WriteRaw("\\\\"u8);
                break;
            case '\b':
                WriteRaw("\\b"u8);
                break;
            case '\f':
                WriteRaw("\\f"u8);
                break;
            case '\n':
                WriteRaw("\\n"u8);
                break;
            case '\r':
                WriteRaw("\\r"u8);
                break;
            case '\t':
                WriteRaw("\\t"u8);
                break;
            default:
                var hex = "0123456789abcdef"u8;
                WriteRaw([(byte)'\\', (byte)'u', hex[c >> 12], hex[(c >> 8) & 0xf], hex[(c >> 4) & 0xf], hex[c & 0xf]]);
                break;
        }
    }
}
