using System.Buffers;

namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Whether text is JSON to Go, and if not, what Go says about it.</summary>
/// <remarks>
/// The rules and texts are those of the scanner of <see href="https://pkg.go.dev/encoding/json"/>. What a <see cref="System.Text.Json.Utf8JsonReader"/>
/// refuses besides is valid to Go: strings that are not valid UTF-8 and escaped halves of surrogate pairs.
/// </remarks>
internal ref struct GoJsonSyntax
{
    private const int MaxDepth = 10_000;

    private static readonly SearchValues<byte> StringEnds = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000e\u000f"u8
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"u8);

    private readonly ReadOnlySpan<byte> _text;
    private int _position;
    private GoJsonError? _error;

    private GoJsonSyntax(ReadOnlySpan<byte> text) => _text = text;

    // At its end the scanner is given a space, which ends a number and is what the message shows that a literal or an escape lacks its rest.
    private readonly byte Current => _position < _text.Length ? _text[_position] : (byte)' ';

    private readonly bool IsAtEnd => _position >= _text.Length;

    /// <summary>What Go says about the text; null if it is one JSON value.</summary>
    public static GoJsonError? Check(ReadOnlySpan<byte> text)
    {
        var scanner = new GoJsonSyntax(text);
        scanner.ScanDocument();
        return scanner._error;
    }

    private static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    // Nesting is kept in a list instead of on the stack: 10,000 levels are valid.
    private void ScanDocument()
    {
        var nesting = new List<byte>();
        while (ScanValue(nesting) && ScanAfterValue(nesting))
        {
        }
    }

    // Up to the end of a number, string or literal, or into an object or array that is not empty.
    private bool ScanValue(List<byte> nesting)
    {
        while (true)
        {
            if (!SkipSpace())
            {
                return FailAtEnd();
            }

            var c = Current;
            switch (c)
            {
                case (byte)'{':
                case (byte)'[':
                    if (nesting.Count == MaxDepth)
                    {
                        return Fail("exceeded max depth", c);
                    }

                    nesting.Add(c);
                    _position++;
                    if (!SkipSpace())
                    {
                        return FailAtEnd();
                    }

                    if (Current == (c == (byte)'{' ? (byte)'}' : (byte)']'))
                    {
                        _position++;
                        nesting.RemoveAt(nesting.Count - 1);
                        return true;
                    }

                    if (c == (byte)'{' && !ScanKey())
                    {
                        return false;
                    }

                    continue;
                case (byte)'"':
                    return ScanString();
                case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                    return ScanNumber();
                case (byte)'t':
                    return ScanLiteral("true");
                case (byte)'f':
                    return ScanLiteral("false");
                case (byte)'n':
                    return ScanLiteral("null");
                default:
                    return Fail("looking for beginning of value", c);
            }
        }
    }

    // Up to the next value; false at the end of the document.
    private bool ScanAfterValue(List<byte> nesting)
    {
        while (true)
        {
            var isInside = SkipSpace();
            if (nesting.Count == 0)
            {
                return isInside && Fail("after top-level value", Current);
            }

            if (!isInside)
            {
                return FailAtEnd();
            }

            var isObject = nesting[^1] == (byte)'{';
            var c = Current;
            if (c == (byte)',')
            {
                _position++;
                return !isObject || (SkipSpace() ? ScanKey() : FailAtEnd());
            }

            if (c != (isObject ? (byte)'}' : (byte)']'))
            {
                return Fail(isObject ? "after object key:value pair" : "after array element", c);
            }

            _position++;
            nesting.RemoveAt(nesting.Count - 1);
        }
    }

    private bool ScanKey()
    {
        if (Current != (byte)'"')
        {
            return Fail("looking for beginning of object key string", Current);
        }

        if (!ScanString())
        {
            return false;
        }

        if (!SkipSpace())
        {
            return FailAtEnd();
        }

        if (Current != (byte)':')
        {
            return Fail("after object key", Current);
        }

        _position++;
        return true;
    }

    private bool ScanString()
    {
        _position++;
        while (true)
        {
            var length = _text[_position..].IndexOfAny(StringEnds);
            if (length < 0)
            {
                return FailAtEnd();
            }

            _position += length;
            var c = Current;
            if (c < ' ')
            {
                return Fail("in string literal", c);
            }

            _position++;
            if (c == (byte)'"')
            {
                return true;
            }

            if (!ScanEscape())
            {
                return false;
            }
        }
    }

    private bool ScanEscape()
    {
        var c = Current;
        if (!"bfnrt\\/\"u"u8.Contains(c))
        {
            return Fail("in string escape code", c);
        }

        _position++;
        for (var digits = c == (byte)'u' ? 4 : 0; digits > 0; digits--)
        {
            if (!char.IsAsciiHexDigit((char)Current))
            {
                return Fail("in \\u hexadecimal character escape", Current);
            }

            _position++;
        }

        return true;
    }

    private bool ScanNumber()
    {
        if (Current == (byte)'-')
        {
            _position++;
        }

        if (Current == (byte)'0')
        {
            _position++;
        }
        else if (!ScanDigits("in numeric literal"))
        {
            return false;
        }

        if (Current == (byte)'.')
        {
            _position++;
            if (!ScanDigits("after decimal point in numeric literal"))
            {
                return false;
            }
        }

        if (Current is not ((byte)'e' or (byte)'E'))
        {
            return true;
        }

        _position++;
        if (Current is (byte)'+' or (byte)'-')
        {
            _position++;
        }

        return ScanDigits("in exponent of numeric literal");
    }

    private bool ScanDigits(string where)
    {
        if (!char.IsAsciiDigit((char)Current))
        {
            return Fail(where, Current);
        }

        while (char.IsAsciiDigit((char)Current))
        {
            _position++;
        }

        return true;
    }

    private bool ScanLiteral(string literal)
    {
        _position++;
        for (var i = 1; i < literal.Length; i++)
        {
            if (Current != literal[i])
            {
                return Fail($"in literal {literal} (expecting '{literal[i]}')", Current);
            }

            _position++;
        }

        return true;
    }

    private bool SkipSpace()
    {
        while (!IsAtEnd && IsSpace(Current))
        {
            _position++;
        }

        return !IsAtEnd;
    }

    private bool FailAtEnd()
    {
        _error = new GoJsonError("unexpected end of JSON input", "", _text.Length);
        return false;
    }

    private bool Fail(string where, byte c)
    {
        _error = new GoJsonError($"invalid character {GoText.QuoteByte(c)} {where}", where, _position);
        return false;
    }
}
