namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>Splits YAML 1.1 into tokens, with the limits and messages of the kubelet's parser.</summary>
/// <remarks>
/// <para>
/// The rules are those of <see href="https://yaml.org/spec/1.1/"/> with libyaml's limits for keys without "?"
/// (<see href="https://pyyaml.org/wiki/LibYAML"/>).
/// </para>
/// <para>One instance reads one text, once.</para>
/// </remarks>
internal sealed partial class YamlScanner
{
    // More open lists and maps are an error of the kubelet's parser too.
    private const int MaxDepth = 10_000;

    // A key that is not marked by "?" must end on its line and within this many characters.
    private const int MaxSimpleKeyLength = 1024;

    private readonly TokenQueue _tokens = new();
    private readonly Stack<int> _indents = new();
    private readonly List<SimpleKey> _keys = [];
    private readonly Dictionary<int, int> _keyLevels = [];

    private int _flowDepth;
    private bool _isKeyAllowed = true;
    private bool _isEnded;

    public YamlScanner(YamlText source)
    {
        _source = source;
        _text = source.Text;
        _indents.Push(-1);
        _keys.Add(default);
        Add(YamlTokenKind.StreamStart, Here);
    }

    private int Indent => _indents.Peek();

    private bool InFlow => _flowDepth > 0;

    /// <summary>Reads the next token; at the end of the stream, the token for it again and again.</summary>
    /// <exception cref="YamlSyntaxException">The text is not YAML.</exception>
    public YamlToken Read()
    {
        while (NeedsToken())
        {
            Fetch();
        }

        return _tokens.Count > 0 ? _tokens.Take() : new YamlToken(YamlTokenKind.StreamEnd, Here, _position);
    }

    /// <summary>A token may be passed on once it is certain that no key begins at it.</summary>
    private bool NeedsToken()
    {
        if (_tokens.Count == 0)
        {
            return !_isEnded;
        }

        return _keyLevels.TryGetValue(_tokens.Taken, out var level) && IsStillPossible(level);
    }

    private void Fetch()
    {
        SkipToToken();
        CloseBlocks(_column);
        _ = Peek(3); // The kubelet's parser looks ahead for the longest indicator, "--- ", and stops at a bad byte there.
        if (IsEnd())
        {
            FetchStreamEnd();
            return;
        }

        if (_column == 0 && Next == '%')
        {
            FetchDirective();
        }
        else if (IsDocumentIndicator())
        {
            FetchDocumentIndicator();
        }
        else
        {
            FetchInDocument();
        }
    }

    private void FetchInDocument()
    {
        switch (Next)
        {
            case '[' or '{':
                FetchFlowStart();
                break;
            case ']' or '}':
                FetchFlowEnd();
                break;
            case ',':
                FetchFlowEntry();
                break;
            case '-' when IsBlankOrEnd(1):
                FetchBlockEntry();
                break;
            case '?' when InFlow || IsBlankOrEnd(1):
                FetchKey();
                break;
            case ':' when InFlow || IsBlankOrEnd(1):
                FetchValue();
                break;
            case '*' or '&':
                FetchAnchor();
                break;
            case '!':
                StartContent();
                _isKeyAllowed = false;
                _tokens.Add(ScanTag());
                break;
            case '|' or '>' when !InFlow:
                RemoveKey();
                _isKeyAllowed = true;
                _tokens.Add(ScanBlockScalar());
                break;
            case '\'' or '"':
                StartContent();
                _isKeyAllowed = false;
                _tokens.Add(ScanQuotedScalar());
                break;
            default:
                FetchPlainScalar();
                break;
        }
    }

    private void FetchPlainScalar()
    {
        var canStart = Next switch
        {
            '-' => !IsBlank(1),
            '?' or ':' => !InFlow && !IsBlankOrEnd(1),
            '#' or '|' or '>' or '%' or '@' or '`' => false,
            _ => !IsBlankOrEnd(0),
        };

        if (!canStart)
        {
            throw ScanError("found character that cannot start any token");
        }

        StartContent();
        _isKeyAllowed = false;
        _tokens.Add(ScanPlainScalar());
    }

    private void SkipToToken()
    {
        while (true)
        {
            // Elsewhere the kubelet's parser takes it for text.
            if (_position == 0 && Next == '\ufeff')
            {
                Skip();
            }

            // In block context a tab is not indentation, so it must not be where a key may begin.
            while (Next == ' ' || (Next == '\t' && (InFlow || !_isKeyAllowed)))
            {
                Skip();
            }

            if (Next == '#')
            {
                SkipToLineEnd();
            }

            if (!IsBreak(0))
            {
                return;
            }

            SkipLine();
            _isKeyAllowed |= !InFlow;
        }
    }

    private void FetchStreamEnd()
    {
        if (_column != 0)
        {
            _column = 0;
            _line++;
        }

        CloseBlocks(-1);
        RemoveKey();
        _isKeyAllowed = false;
        _isEnded = true;
        Add(YamlTokenKind.StreamEnd, Here);
    }

    private void FetchDirective()
    {
        CloseBlocks(-1);
        RemoveKey();
        _isKeyAllowed = false;
        _tokens.Add(ScanDirective());
    }

    private void FetchDocumentIndicator()
    {
        CloseBlocks(-1);
        RemoveKey();
        _isKeyAllowed = false;
        FetchIndicator(Next == '-' ? YamlTokenKind.DocumentStart : YamlTokenKind.DocumentEnd, length: 3);
    }

    private void FetchFlowStart()
    {
        StartContent();
        var isMapping = Next == '{';
        _flowDepth++;

        // The kubelet's parser does the same: a list or map that closes without a key in it can no longer become a key itself.
        _keys.Add(new SimpleKey(IsPossible: false, IsRequired: false, _tokens.NextNumber, Here));
        if (_flowDepth > MaxDepth)
        {
            throw ScanError($"exceeded max depth of {MaxDepth}");
        }

        _isKeyAllowed = true;
        FetchIndicator(isMapping ? YamlTokenKind.FlowMappingStart : YamlTokenKind.FlowSequenceStart);
    }

    private void FetchFlowEnd()
    {
        RemoveKey();
        if (InFlow)
        {
            _flowDepth--;
            _keyLevels.Remove(_keys[^1].Token);
            _keys.RemoveAt(_keys.Count - 1);
        }

        _isKeyAllowed = false;
        FetchIndicator(Next == '}' ? YamlTokenKind.FlowMappingEnd : YamlTokenKind.FlowSequenceEnd);
    }

    private void FetchFlowEntry()
    {
        RemoveKey();
        _isKeyAllowed = true;
        FetchIndicator(YamlTokenKind.FlowEntry);
    }

    private void FetchBlockEntry()
    {
        if (!InFlow)
        {
            if (!_isKeyAllowed)
            {
                throw ScanError("block sequence entries are not allowed in this context");
            }

            OpenBlock(_column, isMapping: false, Here, _tokens.NextNumber);
        }

        RemoveKey();
        _isKeyAllowed = true;
        FetchIndicator(YamlTokenKind.BlockEntry);
    }

    private void FetchKey()
    {
        if (!InFlow)
        {
            if (!_isKeyAllowed)
            {
                throw ScanError("mapping keys are not allowed in this context");
            }

            OpenBlock(_column, isMapping: true, Here, _tokens.NextNumber);
        }

        RemoveKey();
        _isKeyAllowed = !InFlow;
        FetchIndicator(YamlTokenKind.Key);
    }

    private void FetchValue()
    {
        var level = _keys.Count - 1;
        if (IsStillPossible(level))
        {
            // The text before the colon was a key.
            var key = _keys[level];
            _tokens.Insert(key.Token, new YamlToken(YamlTokenKind.Key, key.Mark, key.Mark.Index));
            OpenBlock(key.Mark.Column, isMapping: true, key.Mark, key.Token);
            ForgetKey(level);
            _isKeyAllowed = false;
        }
        else
        {
            if (!InFlow)
            {
                if (!_isKeyAllowed)
                {
                    throw ScanError("mapping values are not allowed in this context");
                }

                OpenBlock(_column, isMapping: true, Here, _tokens.NextNumber);
            }

            _isKeyAllowed = !InFlow;
        }

        FetchIndicator(YamlTokenKind.Value);
    }

    private void FetchAnchor()
    {
        StartContent();
        _isKeyAllowed = false;
        var start = Here;
        var isAlias = Next == '*';
        Skip();
        var nameStart = _position;
        while (IsWordCharacter(Next))
        {
            Skip();
        }

        if (_position == nameStart || !(IsBlankOrEnd(0) || Next is '?' or ':' or ',' or ']' or '}' or '%' or '@' or '`'))
        {
            throw ScanError("did not find expected alphabetic or numeric character");
        }

        _tokens.Add(new YamlToken(isAlias ? YamlTokenKind.Alias : YamlTokenKind.Anchor, start, _position, _strings.Get(_text.AsSpan(nameStart.._position))));
    }

    /// <summary>Remembers that a key may begin here.</summary>
    private void StartContent()
    {
        if (!_isKeyAllowed)
        {
            return;
        }

        RemoveKey();
        var level = _keys.Count - 1;
        _keys[level] = new SimpleKey(IsPossible: true, IsRequired: !InFlow && Indent == _column, _tokens.NextNumber, Here);
        _keyLevels[_tokens.NextNumber] = level;
    }

    /// <summary>Nothing may be a key any more that began at this level: something else has begun.</summary>
    private void RemoveKey()
    {
        var level = _keys.Count - 1;
        if (_keys[level] is { IsPossible: true, IsRequired: true })
        {
            throw ScanError("could not find expected ':'");
        }

        ForgetKey(level);
    }

    private bool IsStillPossible(int level)
    {
        var key = _keys[level];
        if (!key.IsPossible)
        {
            return false;
        }

        if (key.Mark.Line == _line && key.Mark.Index + MaxSimpleKeyLength >= _position)
        {
            return true;
        }

        if (key.IsRequired)
        {
            throw ScanError("could not find expected ':'");
        }

        ForgetKey(level);
        return false;
    }

    private void ForgetKey(int level)
    {
        if (_keys[level].IsPossible)
        {
            _keyLevels.Remove(_keys[level].Token);
            _keys[level] = _keys[level] with { IsPossible = false };
        }
    }

    private void OpenBlock(int column, bool isMapping, YamlMark mark, int token)
    {
        if (InFlow || Indent >= column)
        {
            return;
        }

        _indents.Push(column);
        if (_indents.Count - 1 > MaxDepth)
        {
            throw ScanError($"exceeded max depth of {MaxDepth}");
        }

        var kind = isMapping ? YamlTokenKind.BlockMappingStart : YamlTokenKind.BlockSequenceStart;
        _tokens.Insert(token, new YamlToken(kind, mark, mark.Index));
    }

    private void CloseBlocks(int column)
    {
        while (!InFlow && Indent > column)
        {
            _indents.Pop();
            Add(YamlTokenKind.BlockEnd, Here);
        }
    }

    private void FetchIndicator(YamlTokenKind kind, int length = 1)
    {
        var start = Here;
        Skip(length);
        Add(kind, start);
    }

    private void Add(YamlTokenKind kind, YamlMark start) => _tokens.Add(new YamlToken(kind, start, _position));

    /// <summary>A place at which a key may have begun; that shows at the colon behind it.</summary>
    private readonly record struct SimpleKey(bool IsPossible, bool IsRequired, int Token, YamlMark Mark);

    /// <summary>Tokens in order, each with a number; in front of those that wait, others can be put.</summary>
    private sealed class TokenQueue
    {
        private readonly List<YamlToken> _waiting = [];
        private int _first;

        /// <summary>How many were taken, which is the number of the first that waits.</summary>
        public int Taken { get; private set; }

        public int Count => _waiting.Count - _first;

        public int NextNumber => Taken + Count;

        public void Add(YamlToken token) => _waiting.Add(token);

        /// <summary>Puts a token in front of the one with a number; at the end if that was taken.</summary>
        public void Insert(int number, YamlToken token) => _waiting.Insert(number < Taken ? _waiting.Count : number - Taken + _first, token);

        public YamlToken Take()
        {
            Taken++;
            var token = _waiting[_first++];
            if (_first == _waiting.Count)
            {
                _waiting.Clear();
                _first = 0;
            }

            return token;
        }
    }
}
