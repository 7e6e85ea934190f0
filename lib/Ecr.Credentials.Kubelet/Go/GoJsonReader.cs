using System.Buffers;
using System.Text;

namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Steps through text that <see cref="GoJsonSyntax"/> has found valid, and reads strings as Go does: what is not Unicode becomes U+FFFD.</summary>
internal ref struct GoJsonReader(ReadOnlySpan<byte> text)
{
    private static readonly SearchValues<byte> ScalarEnds = SearchValues.Create(",]} \t\r\n"u8);

    private readonly ReadOnlySpan<byte> _text = text;
    private int _position;

    /// <summary>Where the reader is, as an index of bytes: after <see cref="Peek"/>, where the next value begins.</summary>
    public readonly int Position => _position;

    /// <summary>Steps over white space to the next value.</summary>
    /// <returns>What it is.</returns>
    public GoJsonValue Peek()
    {
        SkipSpace();
        return _text[_position] switch
        {
            (byte)'{' => GoJsonValue.Object,
            (byte)'[' => GoJsonValue.Array,
            (byte)'"' => GoJsonValue.String,
            (byte)'t' or (byte)'f' => GoJsonValue.Bool,
            (byte)'n' => GoJsonValue.Null,
            _ => GoJsonValue.Number,
        };
    }

    /// <summary>Steps into the object or array that <see cref="Peek"/> has found.</summary>
    public void Begin() => _position++;

    /// <summary>Steps to the next item of an array, or the name of the next field of an object, or out of them.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Next()
    {
        SkipSpace();
        if (_text[_position] == (byte)',')
        {
            _position++;
            SkipSpace();
        }

        if (_text[_position] is not ((byte)'}' or (byte)']'))
        {
            return true;
        }

        _position++;
        return false;
    }

    /// <summary>Reads the name that <see cref="Next"/> has found and steps to the value of the field.</summary>
    /// <param name="strings">Where short strings are kept, to have each but once.</param>
    public string ReadName(StringPool? strings = null)
    {
        var name = ReadString(strings);
        SkipSpace();
        _position++;
        return name;
    }

    /// <summary>Steps to the value of the next field, or out of the object.</summary>
    /// <param name="name">The name of the field.</param>
    /// <returns>Whether there is one.</returns>
    public bool NextField(out string name)
    {
        var hasNext = Next();
        name = hasNext ? ReadName() : "";
        return hasNext;
    }

    /// <summary>Reads the string that <see cref="Peek"/> has found.</summary>
    /// <param name="strings">Where short strings are kept, to have each but once.</param>
    public string ReadString(StringPool? strings = null)
    {
        var content = TakeString();
        if (!content.Contains((byte)'\\'))
        {
            return strings?.Get(content) ?? GoText.Decode(content);
        }

        var value = new StringBuilder(content.Length);
        while (!content.IsEmpty)
        {
            content = content[(content[0] == (byte)'\\' ? AppendEscape(value, content) : GoText.AppendFirst(value, content))..];
        }

        return value.ToString();
    }

    /// <summary>Reads the number, Boolean or null that <see cref="Peek"/> has found, as it is written.</summary>
    public ReadOnlySpan<byte> ReadScalar()
    {
        var start = _position;
        var length = _text[start..].IndexOfAny(ScalarEnds);
        _position = length < 0 ? _text.Length : start + length;
        return _text[start.._position];
    }

    /// <summary>Steps over the next value.</summary>
    public void Skip()
    {
        var depth = 0;
        do
        {
            SkipSpace();
            switch (_text[_position])
            {
                case (byte)'"':
                    TakeString();
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    _position++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    _position++;
                    break;
                case (byte)',' or (byte)':':
                    _position++;
                    break;
                default:
                    ReadScalar();
                    break;
            }
        }
        while (depth > 0);
    }

    private static int AppendEscape(StringBuilder value, ReadOnlySpan<byte> content)
    {
        if (content[1] != (byte)'u')
        {
            value.Append(content[1] switch
            {
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                var c => (char)c,
            });
            return 2;
        }

        var first = ReadHex(content);
        if (!char.IsSurrogate(first))
        {
            value.Append(first);
            return 6;
        }

        if (content is [_, _, _, _, _, _, (byte)'\\', (byte)'u', ..] && char.IsSurrogatePair(first, ReadHex(content[6..])))
        {
            value.Append(first).Append(ReadHex(content[6..]));
            return 12;
        }

        value.Append('\ufffd');
        return 6;
    }

    private static char ReadHex(ReadOnlySpan<byte> escape)
    {
        var value = 0;
        foreach (var digit in escape[2..6])
        {
            value = (value << 4) | (char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return (char)value;
    }

    private ReadOnlySpan<byte> TakeString()
    {
        var start = ++_position;
        while (true)
        {
            _position += _text[_position..].IndexOfAny((byte)'"', (byte)'\\');
            if (_text[_position] == (byte)'"')
            {
                return _text[start.._position++];
            }

            _position += 2;
        }
    }

    private void SkipSpace()
    {
        while (_text[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _position++;
        }
    }
}
