using System.Globalization;
using System.Text;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>The characters, and the tokens that are longer than an indicator.</summary>
internal sealed partial class YamlScanner
{
    private const int MaxVersionDigits = 2;

    private readonly YamlText _source;
    private readonly string _text;

    // Reused by every scalar.
    private readonly StringBuilder _scalar = new();
    private readonly Space _space = new();
    private readonly StringPool _strings = new();
    private int _position;
    private int _line;
    private int _column;

    private YamlMark Here => new(_position, _line, _column);

    private char Next => Peek(0);

    private static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    /// <summary>A character of the text; NUL, which no text holds, at its end.</summary>
    private char Peek(int offset)
    {
        var index = _position + offset;
        if (index >= _source.ProblemFrom)
        {
            throw new YamlSyntaxException(_source.Problem!, _position, line: 0);
        }

        return index < _text.Length ? _text[index] : '\0';
    }

    private bool IsEnd() => Next == '\0';

    private bool IsBlank(int offset) => Peek(offset) is ' ' or '\t';

    private bool IsBreak(int offset) => Peek(offset) is '\r' or '\n' or '\u0085' or '\u2028' or '\u2029';

    private bool IsBlankOrEnd(int offset) => IsBlank(offset) || IsBreak(offset) || Peek(offset) == '\0';

    private bool IsDocumentIndicator() => _column == 0 && Next is '-' or '.' && Peek(1) == Next && Peek(2) == Next && IsBlankOrEnd(3);

    private void Skip(int count = 1)
    {
        for (; count > 0; count--)
        {
            // Half of a surrogate pair does not count as a column.
            _column += char.IsLowSurrogate(_text[_position]) ? 0 : 1;
            _position++;
        }
    }

    private void SkipLine()
    {
        _position += Next == '\r' && Peek(1) == '\n' ? 2 : 1;
        _column = 0;
        _line++;
    }

    private void SkipToLineEnd()
    {
        while (!IsBreak(0) && !IsEnd())
        {
            Skip();
        }
    }

    private void SkipBlanks()
    {
        while (IsBlank(0))
        {
            Skip();
        }
    }

    // Line separators stay what they are; other line breaks are read as \n.
    private void ReadLine(StringBuilder text)
    {
        text.Append(Next is '\u2028' or '\u2029' ? Next : '\n');
        SkipLine();
    }

    private void ReadCharacter(StringBuilder text)
    {
        text.Append(Next);
        Skip();
    }

    // The kubelet's parser counts lines from 0 and adds one for errors of its scanner alone; line 0 is not named.
    private YamlSyntaxException ScanError(string problem) => new(problem, _position, _line > 0 ? _line + 1 : 0);

    private YamlToken ScanDirective()
    {
        var start = Here;
        Skip();
        var name = ScanWord();
        if (name.Length == 0)
        {
            throw ScanError("could not find expected directive name");
        }

        if (!IsBlankOrEnd(0))
        {
            throw ScanError("found unexpected non-alphabetical character");
        }

        var directive = name switch
        {
            "YAML" => ScanVersion(start),
            "TAG" => ScanTagDirective(start),
            _ => throw ScanError("found unknown directive name"),
        };

        SkipBlanks();
        RequireLineEnd();
        return directive;
    }

    private YamlToken ScanVersion(YamlMark start)
    {
        SkipBlanks();
        var major = ScanVersionNumber();
        if (Next != '.')
        {
            throw ScanError("did not find expected digit or '.' character");
        }

        Skip();
        var minor = ScanVersionNumber();
        return new YamlToken(YamlTokenKind.VersionDirective, start, _position, string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"));
    }

    private int ScanVersionNumber()
    {
        var start = _position;
        while (char.IsAsciiDigit(Next))
        {
            Skip();
            if (_position - start > MaxVersionDigits)
            {
                throw ScanError("found extremely long version number");
            }
        }

        return _position > start
            ? int.Parse(_text.AsSpan(start, _position - start), CultureInfo.InvariantCulture)
            : throw ScanError("did not find expected version number");
    }

    private YamlToken ScanTagDirective(YamlMark start)
    {
        SkipBlanks();
        var handle = ScanTagHandle(isDirective: true);
        if (!IsBlank(0))
        {
            throw ScanError("did not find expected whitespace");
        }

        SkipBlanks();
        var prefix = ScanTagUri("");
        if (!IsBlankOrEnd(0))
        {
            throw ScanError("did not find expected whitespace or line break");
        }

        return new YamlToken(YamlTokenKind.TagDirective, start, _position, handle, prefix);
    }

    private YamlToken ScanTag()
    {
        var start = Here;
        string handle;
        string suffix;
        if (Peek(1) == '<')
        {
            Skip(2);
            handle = "";
            suffix = ScanTagUri("");
            if (Next != '>')
            {
                throw ScanError("did not find the expected '>'");
            }

            Skip();
        }
        else
        {
            handle = ScanTagHandle(isDirective: false);
            if (handle.Length > 1 && handle[^1] == '!')
            {
                suffix = ScanTagUri("");
            }
            else
            {
                // It was the beginning of the tag itself; "!" alone is a tag too.
                suffix = ScanTagUri(handle);
                (handle, suffix) = suffix.Length == 0 ? ("", "!") : ("!", suffix);
            }
        }

        return IsBlankOrEnd(0)
            ? new YamlToken(YamlTokenKind.Tag, start, _position, handle, suffix)
            : throw ScanError("did not find expected whitespace or line break");
    }

    private string ScanTagHandle(bool isDirective)
    {
        if (Next != '!')
        {
            throw ScanError("did not find expected '!'");
        }

        var start = _position;
        Skip();
        ScanWord();
        if (Next == '!')
        {
            Skip();
        }
        else if (isDirective && _position - start > 1)
        {
            throw ScanError("did not find expected '!'");
        }

        return _strings.Get(_text.AsSpan(start.._position));
    }

    private string ScanTagUri(string head)
    {
        var uri = _scalar.Clear().Append(head.AsSpan(Math.Min(head.Length, 1)));
        var start = _position;
        while (IsWordCharacter(Next) || Next is ';' or '/' or '?' or ':' or '@' or '&' or '=' or '+' or '$' or ',' or '.' or '!' or '~' or '*' or '\''
            or '(' or ')' or '[' or ']' or '%')
        {
            if (Next == '%')
            {
                ScanUriEscape(uri);
            }
            else
            {
                ReadCharacter(uri);
            }
        }

        return _position > start || head.Length > 0 ? _strings.Get(uri) : throw ScanError("did not find expected tag URI");
    }

    private void ScanUriEscape(StringBuilder uri)
    {
        var utf8 = new List<byte>(4);
        var width = 1;
        while (utf8.Count < width)
        {
            if (Next != '%' || !char.IsAsciiHexDigit(Peek(1)) || !char.IsAsciiHexDigit(Peek(2)))
            {
                throw ScanError("did not find URI escaped octet");
            }

            var octet = byte.Parse(_text.AsSpan(_position + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (utf8.Count == 0)
            {
                width = octet switch { < 0x80 => 1, >= 0xc0 and < 0xe0 => 2, >= 0xe0 and < 0xf0 => 3, >= 0xf0 and < 0xf8 => 4, _ => 0 };
                if (width == 0)
                {
                    throw ScanError("found an incorrect leading UTF-8 octet");
                }
            }
            else if ((octet & 0xc0) != 0x80)
            {
                throw ScanError("found an incorrect trailing UTF-8 octet");
            }

            utf8.Add(octet);
            Skip(3);
        }

        uri.Append(Encoding.UTF8.GetString([.. utf8]));
    }

    private string ScanWord()
    {
        var start = _position;
        while (IsWordCharacter(Next))
        {
            Skip();
        }

        return _text[start.._position];
    }

    private void RequireLineEnd()
    {
        if (Next == '#')
        {
            SkipToLineEnd();
        }

        if (!IsBreak(0) && !IsEnd())
        {
            throw ScanError("did not find expected comment or line break");
        }

        if (IsBreak(0))
        {
            SkipLine();
        }
    }

    private YamlToken ScanBlockScalar()
    {
        var start = Here;
        var isLiteral = Next == '|';
        Skip();
        ScanBlockHeader(out var chomping, out var increment);
        SkipBlanks();
        RequireLineEnd();

        var end = _position;
        var indent = increment == 0 ? 0 : Math.Max(Indent, 0) + increment;
        var text = _scalar.Clear();
        var lineBreak = _space.Clear().FirstBreak;
        var blankLines = _space.MoreBreaks;
        ScanBlockBreaks(ref indent, blankLines, ref end);
        var wasIndented = false;
        while (_column == indent && !IsEnd())
        {
            // Folding joins two lines by a space, unless one of them is indented further or a blank line is between them.
            var isIndented = IsBlank(0);
            if (!isLiteral && lineBreak is { Length: > 0 } && lineBreak[0] == '\n' && !wasIndented && !isIndented)
            {
                _ = blankLines.Length == 0 ? text.Append(' ') : text;
            }
            else
            {
                text.Append(lineBreak);
            }

            text.Append(blankLines);
            lineBreak.Clear();
            blankLines.Clear();
            wasIndented = isIndented;
            while (!IsBreak(0) && !IsEnd())
            {
                ReadCharacter(text);
            }

            if (IsBreak(0))
            {
                ReadLine(lineBreak);
            }

            ScanBlockBreaks(ref indent, blankLines, ref end);
        }

        _ = chomping != '-' ? text.Append(lineBreak) : text;
        _ = chomping == '+' ? text.Append(blankLines) : text;
        return Scalar(text, isLiteral ? YamlScalarStyle.Literal : YamlScalarStyle.Folded, start, end);
    }

    private void ScanBlockHeader(out char chomping, out int increment)
    {
        chomping = '\0';
        increment = 0;
        if (Next is '+' or '-')
        {
            chomping = Next;
            Skip();
        }

        if (char.IsAsciiDigit(Next))
        {
            if (Next == '0')
            {
                throw ScanError("found an indentation indicator equal to 0");
            }

            increment = Next - '0';
            Skip();
        }

        if (chomping == '\0' && Next is '+' or '-' && increment > 0)
        {
            chomping = Next;
            Skip();
        }
    }

    private void ScanBlockBreaks(ref int indent, StringBuilder breaks, ref int end)
    {
        end = _position;
        var deepest = 0;
        while (true)
        {
            while ((indent == 0 || _column < indent) && Next == ' ')
            {
                Skip();
            }

            deepest = Math.Max(deepest, _column);
            if ((indent == 0 || _column < indent) && Next == '\t')
            {
                throw ScanError("found a tab character where an indentation space is expected");
            }

            if (!IsBreak(0))
            {
                break;
            }

            ReadLine(breaks);
            end = _position;
        }

        if (indent == 0)
        {
            indent = Math.Max(deepest, Math.Max(Indent + 1, 1));
        }
    }

    private YamlToken ScanQuotedScalar()
    {
        var start = Here;
        var quote = Next;
        Skip();
        var text = _scalar.Clear();
        while (true)
        {
            if (IsDocumentIndicator())
            {
                throw ScanError("found unexpected document indicator");
            }

            if (IsEnd())
            {
                throw ScanError("found unexpected end of stream");
            }

            var hasEscapedBreak = ScanQuotedText(quote, text);
            if (Next == quote)
            {
                break;
            }

            ScanQuotedSpace(text, hasEscapedBreak);
        }

        Skip();
        return Scalar(text, quote == '\'' ? YamlScalarStyle.SingleQuoted : YamlScalarStyle.DoubleQuoted, start, _position);
    }

    /// <summary>Reads up to a blank, a line break or the closing quote. Returns whether it was an escaped line break.</summary>
    private bool ScanQuotedText(char quote, StringBuilder text)
    {
        while (!IsBlankOrEnd(0))
        {
            if (quote == '\'' && Next == '\'' && Peek(1) == '\'')
            {
                text.Append('\'');
                Skip(2);
            }
            else if (Next == quote)
            {
                return false;
            }
            else if (quote == '"' && Next == '\\' && IsBreak(1))
            {
                Skip();
                SkipLine();
                return true;
            }
            else if (quote == '"' && Next == '\\')
            {
                ScanEscape(text);
            }
            else
            {
                ReadCharacter(text);
            }
        }

        return false;
    }

    private void ScanEscape(StringBuilder text)
    {
        var digits = 0;
        switch (Peek(1))
        {
            case '0':
                text.Append('\0');
                break;
            case 'a':
                text.Append('\a');
                break;
            case 'b':
                text.Append('\b');
                break;
            case 't' or '\t':
                text.Append('\t');
                break;
            case 'n':
                text.Append('\n');
                break;
            case 'v':
                text.Append('\v');
                break;
            case 'f':
                text.Append('\f');
                break;
            case 'r':
                text.Append('\r');
                break;
            case 'e':
                text.Append('\e');
                break;
            case ' ' or '"' or '\'' or '\\':
                text.Append(Peek(1));
                break;
            case 'N':
                text.Append('\u0085');
                break;
            case '_':
                text.Append('\u00a0');
                break;
            case 'L':
                text.Append('\u2028');
                break;
            case 'P':
                text.Append('\u2029');
                break;
            case 'x':
                digits = 2;
                break;
            case 'u':
                digits = 4;
                break;
            case 'U':
                digits = 8;
                break;
            default:
                throw ScanError("found unknown escape character");
        }

        Skip(2);
        if (digits > 0)
        {
            ScanCodePoint(digits, text);
        }
    }

    private void ScanCodePoint(int digits, StringBuilder text)
    {
        for (var i = 0; i < digits; i++)
        {
            if (!char.IsAsciiHexDigit(Peek(i)))
            {
                throw ScanError("did not find expected hexdecimal number");
            }
        }

        var value = uint.Parse(_text.AsSpan(_position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (!Rune.TryCreate(value, out var rune))
        {
            throw ScanError("found invalid Unicode character escape code");
        }

        GoText.Append(text, rune);
        Skip(digits);
    }

    /// <summary>Reads blanks, or folds line breaks: one is a space, each further one a line break.</summary>
    private void ScanQuotedSpace(StringBuilder text, bool hasEscapedBreak)
    {
        var space = _space.Clear();
        space.HasBreak = hasEscapedBreak;
        ScanSpace(space, minColumn: 0);
        space.AppendTo(text);
    }

    private YamlToken ScanPlainScalar()
    {
        var start = Here;
        var end = _position;
        var text = _scalar.Clear();
        var space = _space.Clear();
        var minColumn = Indent + 1;
        while (!IsDocumentIndicator() && Next != '#')
        {
            while (!IsBlankOrEnd(0) && !EndsPlainScalar())
            {
                space.AppendTo(text);
                ReadCharacter(text);
                end = _position;
            }

            if (!IsBlank(0) && !IsBreak(0))
            {
                break;
            }

            ScanSpace(space, minColumn);
            if (!InFlow && _column < minColumn)
            {
                break;
            }
        }

        // Behind a line break a key may begin.
        _isKeyAllowed |= space.HasBreak;
        return Scalar(text, YamlScalarStyle.Plain, start, end);
    }

    private YamlToken Scalar(StringBuilder text, YamlScalarStyle style, YamlMark start, int end) =>
        new(YamlTokenKind.Scalar, start, end, _strings.Get(text), Style: style);

    private bool EndsPlainScalar() => Next switch
    {
        ':' => IsBlankOrEnd(1),
        ',' or '?' or '[' or ']' or '{' or '}' => InFlow,
        _ => false,
    };

    private void ScanSpace(Space space, int minColumn)
    {
        while (IsBlank(0) || IsBreak(0))
        {
            if (IsBreak(0))
            {
                ReadLine(space.HasBreak ? space.MoreBreaks : space.FirstBreak);
                space.Blanks.Clear();
                space.HasBreak = true;
            }
            else if (space.HasBreak)
            {
                if (_column < minColumn && Next == '\t')
                {
                    throw ScanError("found a tab character that violates indentation");
                }

                Skip();
            }
            else
            {
                ReadCharacter(space.Blanks);
            }
        }
    }

    /// <summary>The blanks and line breaks between two words of a scalar.</summary>
    private sealed class Space
    {
        public StringBuilder Blanks { get; } = new();

        public StringBuilder FirstBreak { get; } = new();

        public StringBuilder MoreBreaks { get; } = new();

        public bool HasBreak { get; set; }

        public void AppendTo(StringBuilder text)
        {
            if (!HasBreak)
            {
                _ = Blanks.Length > 0 ? text.Append(Blanks) : text;
                Blanks.Clear();
                return;
            }

            if (FirstBreak.Length > 0 && FirstBreak[0] == '\n' && MoreBreaks.Length == 0)
            {
                text.Append(' ');
            }
            else
            {
                _ = FirstBreak.Length > 0 && FirstBreak[0] == '\n' ? text : text.Append(FirstBreak);
                text.Append(MoreBreaks);
            }

            Clear();
        }

        public Space Clear()
        {
            Blanks.Clear();
            FirstBreak.Clear();
            MoreBreaks.Clear();
            HasBreak = false;
            return this;
        }
    }
}
