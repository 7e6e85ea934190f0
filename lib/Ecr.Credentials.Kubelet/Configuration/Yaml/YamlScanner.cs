using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>Splits YAML 1.1 into the tokens from which YamlDotNet's parser makes events, with the limits and messages of the kubelet's parser.</summary>
/// <remarks>
/// <para>
/// YamlDotNet's own scanner follows YAML 1.2: it takes names of anchors (<c>*.dkr.ecr</c>), escapes and directives that the kubelet refuses,
/// refuses tabs and comments that the kubelet takes, and its time grows with the square of the nesting. The rules are those of
/// <see href="https://yaml.org/spec/1.1/"/> with libyaml's limits for keys without "?" (<see href="https://pyyaml.org/wiki/LibYAML"/>).
/// </para>
/// <para>One instance reads one text, once.</para>
/// </remarks>
internal sealed partial class YamlScanner : IScanner
{
    // More open lists and maps are an error of the kubelet's parser too.
    private const int MaxDepth = 10_000;

    // A key that is not marked by "?" must end on its line and within this many characters.
    private const int MaxSimpleKeyLength = 1024;

    private readonly TokenQueue _tokens = new();
    private readonly Stack<Block> _blocks = new();
    private readonly Stack<bool> _flows = new();
    private readonly List<SimpleKey> _keys = [];
    private readonly Dictionary<int, int> _keyLevels = [];

    private Token? _previous;
    private bool _isKeyAllowed = true;
    private bool _isEnded;
    private bool _hasVersion;
    private bool _hasContent;

    public YamlScanner(YamlText source)
    {
        _source = source;
        _text = source.Text;
        _blocks.Push(new Block(Indent: -1, IsMapping: false, HasOpenKey: false));
        _keys.Add(default);
        Add(new StreamStart(Here, Here));
    }

    public Mark CurrentPosition => Here;

    public Token? Current { get; private set; }

    private int Indent => _blocks.Peek().Indent;

    private bool InFlow => _flows.Count > 0;

    public bool MoveNext()
    {
        ConsumeCurrent();
        return MoveNextWithoutConsuming();
    }

    public bool MoveNextWithoutConsuming()
    {
        // The parser asks twice in places, and behind the end of the stream, where there must be no token.
        if (Current is not null)
        {
            return Current is not StreamEnd;
        }

        while (NeedsToken())
        {
            Fetch();
        }

        Current = _tokens.Count > 0 ? _tokens.Take() : null;
        return Current is not null;
    }

    public void ConsumeCurrent() => Current = null;

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
        _hasContent = true;
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
                Add(ScanTag());
                break;
            case '|' or '>' when !InFlow:
                RemoveKey();
                _isKeyAllowed = true;
                Add(ScanBlockScalar());
                break;
            case '\'' or '"':
                StartContent();
                _isKeyAllowed = false;
                Add(ScanQuotedScalar());
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
        Add(ScanPlainScalar());
    }

    private void SkipToToken()
    {
        while (true)
        {
            if (_column == 0 && Next == '\ufeff')
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
        Add(new StreamEnd(Here, Here));
    }

    private void FetchDirective()
    {
        CloseBlocks(-1);
        RemoveKey();
        _isKeyAllowed = false;
        Add(ScanDirective());
    }

    private void FetchDocumentIndicator()
    {
        CloseBlocks(-1);
        RemoveKey();
        _isKeyAllowed = false;
        var start = Here;
        var isStart = Next == '-';
        if (!isStart && _previous is StreamStart)
        {
            throw ParseError("did not find expected node content", start);
        }

        _hasContent = true;
        Skip(3);
        Add(isStart ? new DocumentStart(start, Here) : new DocumentEnd(start, Here));
    }

    private void FetchFlowStart()
    {
        StartContent();
        var isMapping = Next == '{';
        _flows.Push(isMapping);
        _keys.Add(default);
        if (_flows.Count > MaxDepth)
        {
            throw ScanError($"exceeded max depth of {MaxDepth}");
        }

        _isKeyAllowed = true;
        var start = Here;
        Skip();
        Add(isMapping ? new FlowMappingStart(start, Here) : new FlowSequenceStart(start, Here));
    }

    private void FetchFlowEnd()
    {
        RemoveKey();
        if (_flows.TryPop(out _))
        {
            _keyLevels.Remove(_keys[^1].Token);
            _keys.RemoveAt(_keys.Count - 1);
        }

        _isKeyAllowed = false;
        var start = Here;
        var isMapping = Next == '}';
        Skip();
        Add(isMapping ? new FlowMappingEnd(start, Here) : new FlowSequenceEnd(start, Here));
    }

    private void FetchFlowEntry()
    {
        RemoveKey();
        _isKeyAllowed = true;
        var start = Here;
        Skip();
        Add(new FlowEntry(start, Here));
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
        var start = Here;
        Skip();
        Add(new BlockEntry(start, Here));
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
            SetOpenKey(true);
        }

        RemoveKey();
        _isKeyAllowed = !InFlow;
        var start = Here;
        Skip();
        Add(new Key(start, Here));
    }

    private void FetchValue()
    {
        var level = _keys.Count - 1;
        if (IsStillPossible(level))
        {
            // The text before the colon was a key.
            var key = _keys[level];
            _tokens.Insert(key.Token, new Key(key.Mark, key.Mark));
            if (!InFlow)
            {
                OpenBlock((int)key.Mark.Column - 1, isMapping: true, key.Mark, key.Token);
                SetOpenKey(false);
            }

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
                RequireOpenKey();
            }

            _isKeyAllowed = !InFlow;
        }

        var start = Here;
        Skip();
        Add(new Value(start, Here));
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

        var name = new AnchorName(_text[nameStart.._position]);
        Add(isAlias ? new AnchorAlias(name, start, Here) : new Anchor(name, start, Here));
    }

    /// <summary>Remembers that a key may begin here, and refuses what YamlDotNet's parser takes: two values of a list or map without a comma.</summary>
    private void StartContent()
    {
        if (_flows.TryPeek(out var isMapping) && _previous is Scalar or AnchorAlias or FlowSequenceEnd or FlowMappingEnd)
        {
            throw ParseError(isMapping ? "did not find expected ',' or '}'" : "did not find expected ',' or ']'", Here);
        }

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

        if (key.Mark.Line == _line + 1 && key.Mark.Index + MaxSimpleKeyLength >= _position)
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
            _keys[level] = default;
        }
    }

    private void OpenBlock(int column, bool isMapping, Mark mark, int token)
    {
        if (InFlow || Indent >= column)
        {
            return;
        }

        _blocks.Push(new Block(column, isMapping, HasOpenKey: false));
        if (_blocks.Count - 1 > MaxDepth)
        {
            throw ScanError($"exceeded max depth of {MaxDepth}");
        }

        _tokens.Insert(token, isMapping ? new BlockMappingStart(mark, mark) : new BlockSequenceStart(mark, mark));
    }

    private void CloseBlocks(int column)
    {
        while (!InFlow && Indent > column)
        {
            _blocks.Pop();
            Add(new BlockEnd(Here, Here));
        }
    }

    private void SetOpenKey(bool isOpen) => _blocks.Push(_blocks.Pop() with { HasOpenKey = isOpen });

    // YamlDotNet's parser takes a value without a key.
    private void RequireOpenKey()
    {
        if (_blocks.Peek() is { IsMapping: true, HasOpenKey: false })
        {
            throw ParseError("did not find expected key", Here);
        }

        SetOpenKey(false);
    }

    private void Add(Token token)
    {
        _previous = token;
        _tokens.Add(token);
    }

    /// <summary>An open list or map in block style.</summary>
    private readonly record struct Block(int Indent, bool IsMapping, bool HasOpenKey);

    /// <summary>A place at which a key may have begun; that shows at the colon behind it.</summary>
    private readonly record struct SimpleKey(bool IsPossible, bool IsRequired, int Token, Mark Mark);

    /// <summary>Tokens in order, each with a number; in front of those that wait, others can be put.</summary>
    private sealed class TokenQueue
    {
        private readonly List<Token> _waiting = [];
        private int _first;

        /// <summary>How many were taken, which is the number of the first that waits.</summary>
        public int Taken { get; private set; }

        public int Count => _waiting.Count - _first;

        public int NextNumber => Taken + Count;

        public void Add(Token token) => _waiting.Add(token);

        public void Insert(int number, Token token) => _waiting.Insert(number - Taken + _first, token);

        public Token Take()
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
