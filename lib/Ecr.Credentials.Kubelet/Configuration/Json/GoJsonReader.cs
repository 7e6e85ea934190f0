using System.Globalization;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Json;

/// <summary>Reads JSON as encoding/json does: the same texts are valid, and what is wrong is worded the same.</summary>
/// <remarks>
/// Rules: <see href="https://pkg.go.dev/encoding/json#Unmarshal"/>. Not Utf8JsonReader: it refuses lone surrogates and bytes that are not
/// UTF-8, which Go replaces, and it stops elsewhere with other words. Each character of the input is one byte of the file.
/// </remarks>
internal ref struct GoJsonReader
{
    // https://cs.opensource.google/go/go/+/master:src/encoding/json/scanner.go, maxNestingDepth.
    private const int MaxDepth = 10_000;

    private readonly ReadOnlySpan<byte> _json;
    private int _position;

    private GoJsonReader(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Reads one document. Positions are indexes of bytes.</summary>
    /// <exception cref="DocumentException">The text is not JSON.</exception>
    public static DocumentNode Read(ReadOnlySpan<byte> json)
    {
        var reader = new GoJsonReader(json);
        var root = reader.ReadDocument();
        reader.SkipSpace();
        return reader._position == json.Length ? root : throw reader.Unexpected("after top-level value");
    }

    // Open arrays and objects are kept on a stack of our own: 10,000 levels are valid and too many for the thread's.
    private DocumentNode ReadDocument()
    {
        var open = new Stack<Container>();
        while (true)
        {
            SkipSpace();
            var value = TryOpen(open) ? TryClose(open, isFirst: true) : ReadLiteral();
            while (value is not null)
            {
                if (!open.TryPeek(out var container))
                {
                    return value;
                }

                container.Add(value);
                SkipSpace();
                value = TryClose(open, isFirst: false);
            }
        }
    }

    private bool TryOpen(Stack<Container> open)
    {
        if (_position == _json.Length || _json[_position] is not ((byte)'{' or (byte)'['))
        {
            return false;
        }

        if (open.Count == MaxDepth)
        {
            throw Unexpected("exceeded max depth");
        }

        open.Push(new Container(_json[_position] == '{', _position));
        _position++;
        return true;
    }

    /// <summary>Reads the text between two values: the end of a container, which is returned, or a comma, and the name of a field.</summary>
    private DocumentNode? TryClose(Stack<Container> open, bool isFirst)
    {
        var container = open.Peek();
        SkipSpace();
        var next = Peek();
        if (next == (container.IsObject ? '}' : ']'))
        {
            _position++;
            return open.Pop().ToNode();
        }

        if (!isFirst)
        {
            if (next != ',')
            {
                throw Unexpected(container.IsObject ? "after object key:value pair" : "after array element");
            }

            _position++;
            SkipSpace();
        }

        if (container.IsObject)
        {
            container.NamePosition = _position;
            container.Name = Peek() == '"' ? ReadString() : throw Unexpected("looking for beginning of object key string");
            SkipSpace();
            if (Peek() != ':')
            {
                throw Unexpected("after object key");
            }

            _position++;
        }

        return null;
    }

    private DocumentNode ReadLiteral()
    {
        var start = _position;
        switch (Peek())
        {
            case '"':
                return new DocumentNode(DocumentNodeKind.String, start) { Text = ReadString() };
            case 't':
                ReadWord("true");
                return new DocumentNode(DocumentNodeKind.Bool, start) { Text = "true" };
            case 'f':
                ReadWord("false");
                return new DocumentNode(DocumentNodeKind.Bool, start) { Text = "false" };
            case 'n':
                ReadWord("null");
                return new DocumentNode(DocumentNodeKind.Null, start);
            case '-' or (>= '0' and <= '9'):
                ReadNumber();
                return new DocumentNode(DocumentNodeKind.Number, start) { Text = Encoding.ASCII.GetString(_json[start.._position]) };
            default:
                throw Unexpected("looking for beginning of value");
        }
    }

    private void ReadWord(string word)
    {
        _position++;
        foreach (var expected in word.AsSpan(1))
        {
            if (Peek() != expected)
            {
                throw Unexpected($"in literal {word} (expecting '{expected}')");
            }

            _position++;
        }
    }

    private void ReadNumber()
    {
        if (Peek() == '-')
        {
            _position++;
            if (!char.IsAsciiDigit(Peek()))
            {
                throw Unexpected("in numeric literal");
            }
        }

        if (Peek() == '0')
        {
            _position++;
        }
        else
        {
            SkipDigits();
        }

        if (_position < _json.Length && _json[_position] == '.')
        {
            _position++;
            RequireDigits("after decimal point in numeric literal");
        }

        if (_position < _json.Length && _json[_position] is (byte)'e' or (byte)'E')
        {
            _position++;
            if (Peek() is '+' or '-')
            {
                _position++;
            }

            RequireDigits("in exponent of numeric literal");
        }
    }

    private void RequireDigits(string where)
    {
        if (!char.IsAsciiDigit(Peek()))
        {
            throw Unexpected(where);
        }

        SkipDigits();
    }

    private void SkipDigits()
    {
        while (_position < _json.Length && char.IsAsciiDigit((char)_json[_position]))
        {
            _position++;
        }
    }

    private string ReadString()
    {
        var start = ++_position;
        var hasEscapes = false;
        while (Peek() != '"')
        {
            if (Peek() < ' ')
            {
                throw Unexpected("in string literal");
            }

            if (Peek() == '\\')
            {
                hasEscapes = true;
                SkipEscape();
            }
            else
            {
                _position++;
            }
        }

        var raw = _json[start.._position++];
        return hasEscapes ? Unescape(raw) : GoText.Decode(raw);
    }

    private void SkipEscape()
    {
        _position++;
        var kind = Peek();
        if (kind is not ('"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't' or 'u'))
        {
            throw Unexpected("in string escape code");
        }

        _position++;
        for (var digit = 0; kind == 'u' && digit < 4; digit++)
        {
            if (!char.IsAsciiHexDigit(Peek()))
            {
                throw Unexpected("in \\u hexadecimal character escape");
            }

            _position++;
        }
    }

    private static string Unescape(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            var length = raw.IndexOf((byte)'\\');
            text.Append(GoText.Decode(length < 0 ? raw : raw[..length]));
            raw = length < 0 ? default : raw[length..];
            if (raw.IsEmpty)
            {
                break;
            }

            if (raw[1] == 'u')
            {
                text.Append((char)ushort.Parse(raw[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                raw = raw[6..];
                continue;
            }

            text.Append((char)raw[1] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                var c => c,
            });
            raw = raw[2..];
        }

        ReplaceLoneSurrogates(text);
        return text.ToString();
    }

    private static void ReplaceLoneSurrogates(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\ufffd';
            }
        }
    }

    private void SkipSpace()
    {
        while (_position < _json.Length && _json[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _position++;
        }
    }

    private readonly char Peek() => _position < _json.Length ? (char)_json[_position] : throw AtEnd();

    private readonly DocumentException AtEnd() => new(
        "unexpected end of JSON input", _json.Length, "the JSON document ends too early: a string, list or object is not closed");

    private readonly DocumentException Unexpected(string where)
    {
        if (_position >= _json.Length)
        {
            return AtEnd();
        }

        var found = (char)_json[_position];
        return new DocumentException(
            $"invalid character {GoText.QuoteByte(_json[_position])} {where}",
            _position,
            $"invalid JSON: unexpected {MessageText.Quote([found])} {where}");
    }

    private sealed class Container(bool isObject, int position)
    {
        private readonly List<DocumentNode> _items = [];
        private readonly List<DocumentField> _fields = [];

        public bool IsObject { get; } = isObject;

        public string Name { get; set; } = "";

        public int NamePosition { get; set; }

        public void Add(DocumentNode value)
        {
            if (IsObject)
            {
                _fields.Add(new DocumentField(Name, NamePosition, value));
            }
            else
            {
                _items.Add(value);
            }
        }

        public DocumentNode ToNode() =>
            new(IsObject ? DocumentNodeKind.Object : DocumentNodeKind.Array, position) { Items = _items, Fields = _fields };
    }
}
