using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>Makes a tree of the first document of a YAML stream. What follows it is not looked at, as the kubelet does not.</summary>
/// <remarks>
/// <para>
/// The grammar is that of <see href="https://yaml.org/spec/1.1/"/> as far as the kubelet's parser implements it. Parsers of .NET follow YAML 1.2, so they
/// take what the kubelet refuses; they also make objects for every character of a hostile file.
/// </para>
/// <para>One instance reads one text, once. Open lists and maps are on a stack of its own: 10,000 levels are too many for the thread's.</para>
/// </remarks>
internal sealed class YamlParser
{
    private const string StandardTags = "tag:yaml.org,2002:";
    private const string NoNode = "did not find expected node content";

    private readonly YamlScanner _scanner;
    private readonly YamlTree _tree;
    private readonly Dictionary<string, int> _anchors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _tagPrefixes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Handle, string Suffix), string> _tags = [];
    private readonly Stack<Collection> _open = new();
    private YamlToken _token;

    private YamlParser(YamlText text)
    {
        _scanner = new YamlScanner(text);
        _tree = new YamlTree(text.Text);
    }

    private enum Place : byte
    {
        BlockSequence,
        IndentlessSequence,
        BlockMapping,
        BlockMappingValue,
        FlowSequence,
        FlowMapping,
        FlowMappingValue,
        PairKey,
        PairValue,
        PairEnd,
    }

    /// <summary>Reads the first document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="depth">The greatest number of lists and maps that are open at a time.</param>
    /// <returns>The document; null if the file contains none.</returns>
    /// <exception cref="DocumentException">The text is not YAML.</exception>
    public static YamlTree? Parse(YamlText text, out int depth)
    {
        depth = 0;
        try
        {
            var parser = new YamlParser(text);
            parser.Skip();
            return parser.ReadDocument(ref depth) ? parser._tree : null;
        }
        catch (YamlSyntaxException exception)
        {
            throw new DocumentException(
                exception.KubeletMessage, exception.Index, $"invalid YAML: {MessageText.OneLine(exception.Message)}{Advice(exception.Message)}");
        }
    }

    private bool ReadDocument(ref int depth)
    {
        Skip();
        if (_token.Kind == YamlTokenKind.StreamEnd)
        {
            return false;
        }

        var isExplicit = _token.Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective or YamlTokenKind.DocumentStart;
        if (isExplicit)
        {
            ReadDirectives();
            Skip();
        }

        if (isExplicit && _token.Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective or YamlTokenKind.DocumentStart
            or YamlTokenKind.DocumentEnd or YamlTokenKind.StreamEnd)
        {
            AddEmpty(_token.Start);
            return true;
        }

        ReadNode(isBlock: true, mayBeIndentless: false);
        while (_open.Count > 0)
        {
            depth = Math.Max(depth, _open.Count);
            ReadNext();
        }

        return true;
    }

    private void ReadDirectives()
    {
        var hasVersion = false;
        for (; _token.Kind is YamlTokenKind.VersionDirective or YamlTokenKind.TagDirective; Skip())
        {
            if (_token.Kind == YamlTokenKind.TagDirective)
            {
                Require(_tagPrefixes.TryAdd(_token.Value, _token.Suffix), "found duplicate %TAG directive", _token.Start);
                continue;
            }

            Require(!hasVersion, "found duplicate %YAML directive", _token.Start);
            Require(_token.Value == "1.1", "found incompatible YAML document", _token.Start);
            hasVersion = true;
        }

        Require(_token.Kind == YamlTokenKind.DocumentStart, "did not find expected <document start>", _token.Start);
    }

    /// <summary>Reads what comes next in the innermost list or map: an item, a key, a value or the end.</summary>
    private void ReadNext()
    {
        switch (_open.Peek().Place)
        {
            case Place.BlockSequence or Place.IndentlessSequence:
                ReadBlockItem();
                break;
            case Place.BlockMapping:
                ReadBlockKey();
                break;
            case Place.BlockMappingValue:
                ReadBlockValue();
                break;
            case Place.FlowSequence:
                ReadFlowItem();
                break;
            case Place.FlowMapping:
                ReadFlowKey();
                break;
            case Place.FlowMappingValue:
                ReadFlowValue(Place.FlowMapping, YamlTokenKind.FlowMappingEnd);
                break;
            case Place.PairKey:
                ReadPairKey();
                break;
            case Place.PairValue:
                ReadFlowValue(Place.PairEnd, YamlTokenKind.FlowSequenceEnd);
                break;
            default:
                Close(_token.Start.Index);
                break;
        }
    }

    private void ReadBlockItem()
    {
        var isIndentless = _open.Peek().Place == Place.IndentlessSequence;
        if (_token.Kind == YamlTokenKind.BlockEntry)
        {
            var end = EndOfToken();
            Skip();
            var isEmpty = _token.Kind is YamlTokenKind.BlockEntry or YamlTokenKind.BlockEnd
                || (isIndentless && _token.Kind is YamlTokenKind.Key or YamlTokenKind.Value);
            ReadNodeUnless(isEmpty, end, isBlock: true, mayBeIndentless: false);
            return;
        }

        // A list that is not indented further than its key has no token for its end.
        if (isIndentless)
        {
            Close(_token.Start.Index);
            return;
        }

        Require(_token.Kind == YamlTokenKind.BlockEnd, "did not find expected '-' indicator", _token.Start);
        CloseBehindToken();
    }

    private void ReadBlockKey()
    {
        if (_token.Kind == YamlTokenKind.Key)
        {
            var end = EndOfToken();
            Skip();
            Continue(Place.BlockMappingValue);
            ReadNodeUnless(
                _token.Kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd, end, isBlock: true, mayBeIndentless: true);
            return;
        }

        Require(_token.Kind == YamlTokenKind.BlockEnd, "did not find expected key", _token.Start);
        CloseBehindToken();
    }

    private void ReadBlockValue()
    {
        Continue(Place.BlockMapping);
        if (_token.Kind != YamlTokenKind.Value)
        {
            AddEmpty(_token.Start);
            return;
        }

        var end = EndOfToken();
        Skip();
        ReadNodeUnless(
            _token.Kind is YamlTokenKind.Key or YamlTokenKind.Value or YamlTokenKind.BlockEnd, end, isBlock: true, mayBeIndentless: true);
    }

    private void ReadFlowItem()
    {
        if (!StepToFlowEntry(YamlTokenKind.FlowSequenceEnd, "did not find expected ',' or ']'"))
        {
            return;
        }

        if (_token.Kind == YamlTokenKind.Key)
        {
            // A pair without braces.
            Open(YamlNodeKind.Mapping, Place.PairKey, _token.Start, isFlow: true, "", "");
            Skip();
            return;
        }

        ReadNode(isBlock: false, mayBeIndentless: false);
    }

    private void ReadFlowKey()
    {
        if (!StepToFlowEntry(YamlTokenKind.FlowMappingEnd, "did not find expected ',' or '}'"))
        {
            return;
        }

        Continue(Place.FlowMappingValue);
        if (_token.Kind == YamlTokenKind.Key)
        {
            Skip();
            ReadNodeUnless(
                _token.Kind is YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowMappingEnd,
                _token.Start,
                isBlock: false,
                mayBeIndentless: false);
            return;
        }

        // Without ":" the value is null, whatever follows.
        Continue(Place.FlowMappingValue, isValueMissing: true);
        ReadNode(isBlock: false, mayBeIndentless: false);
    }

    private void ReadFlowValue(Place next, YamlTokenKind end)
    {
        var isMissing = _open.Peek().IsValueMissing;
        Continue(next);
        if (isMissing || _token.Kind != YamlTokenKind.Value)
        {
            AddEmpty(_token.Start);
            return;
        }

        Skip();
        ReadNodeUnless(_token.Kind == YamlTokenKind.FlowEntry || _token.Kind == end, _token.Start, isBlock: false, mayBeIndentless: false);
    }

    private void ReadPairKey()
    {
        Continue(Place.PairValue);
        if (_token.Kind is not (YamlTokenKind.Value or YamlTokenKind.FlowEntry or YamlTokenKind.FlowSequenceEnd))
        {
            ReadNode(isBlock: false, mayBeIndentless: false);
            return;
        }

        // The kubelet's parser steps over this token, so "[: a]" and "[? , a]" lack a comma and "[? ]" its end.
        var end = EndOfToken();
        Skip();
        AddEmpty(end);
    }

    /// <summary>Steps over the comma to the next entry of a list or map in flow style, or out of it.</summary>
    /// <returns>Whether there is an entry.</returns>
    private bool StepToFlowEntry(YamlTokenKind end, string problem)
    {
        var isFirst = _open.Peek().IsEmpty;
        if (_token.Kind != end && !isFirst)
        {
            Require(_token.Kind == YamlTokenKind.FlowEntry, problem, _token.Start);
            Skip();
        }

        if (_token.Kind != end)
        {
            return true;
        }

        CloseBehindToken();
        return false;
    }

    private void ReadNodeUnless(bool isEmpty, YamlMark place, bool isBlock, bool mayBeIndentless)
    {
        if (isEmpty)
        {
            AddEmpty(place);
        }
        else
        {
            ReadNode(isBlock, mayBeIndentless);
        }
    }

    private void ReadNode(bool isBlock, bool mayBeIndentless)
    {
        if (_token.Kind == YamlTokenKind.Alias)
        {
            AddAlias();
            return;
        }

        var start = _token.Start;
        var (tag, anchor, end) = ReadProperties();
        var isFlow = _token.Kind is YamlTokenKind.FlowSequenceStart or YamlTokenKind.FlowMappingStart;
        switch (_token.Kind)
        {
            case YamlTokenKind.Scalar:
                AddScalar(start, tag, anchor);
                break;
            case YamlTokenKind.BlockEntry when mayBeIndentless:
                Open(YamlNodeKind.Sequence, Place.IndentlessSequence, start, isFlow, tag, anchor);
                break;
            case YamlTokenKind.FlowSequenceStart or YamlTokenKind.BlockSequenceStart when isFlow || isBlock:
                Open(YamlNodeKind.Sequence, isFlow ? Place.FlowSequence : Place.BlockSequence, start, isFlow, tag, anchor);
                Skip();
                break;
            case YamlTokenKind.FlowMappingStart or YamlTokenKind.BlockMappingStart when isFlow || isBlock:
                Open(YamlNodeKind.Mapping, isFlow ? Place.FlowMapping : Place.BlockMapping, start, isFlow, tag, anchor);
                Skip();
                break;
            default:
                Require(tag.Length > 0 || anchor.Length > 0, NoNode, _token.Start);
                Add(Empty(start) with { End = end, IsPlain = tag.Length == 0 }, tag, anchor);
                break;
        }
    }

    /// <summary>Reads an anchor and a tag, in any order.</summary>
    private (string Tag, string Anchor, int End) ReadProperties()
    {
        var (tag, anchor) = ("", "");
        var (hasTag, hasAnchor) = (false, false);
        var (handle, suffix, mark) = ("", "", _token.Start);
        var end = _token.Start.Index;
        while ((!hasTag && _token.Kind == YamlTokenKind.Tag) || (!hasAnchor && _token.Kind == YamlTokenKind.Anchor))
        {
            if (_token.Kind == YamlTokenKind.Tag)
            {
                hasTag = true;
                (handle, suffix, mark) = (_token.Value, _token.Suffix, _token.Start);
            }
            else
            {
                hasAnchor = true;
                anchor = _token.Value;
            }

            end = _token.End;
            Skip();
        }

        if (hasTag)
        {
            tag = handle.Length == 0 ? suffix : TagOf(handle, suffix, mark);
        }

        return (tag, anchor, end);
    }

    private string TagOf(string handle, string suffix, YamlMark mark)
    {
        if (!_tags.TryGetValue((handle, suffix), out var tag))
        {
            var prefix = _tagPrefixes.GetValueOrDefault(handle) ?? handle switch { "!" => "!", "!!" => StandardTags, _ => "" };
            Require(prefix.Length > 0, "found undefined tag handle", mark);
            tag = prefix + suffix;
            _tags.Add((handle, suffix), tag);
        }

        return tag;
    }

    private void AddAlias()
    {
        if (!_anchors.TryGetValue(_token.Value, out var target))
        {
            throw new DocumentException(
                $"yaml: unknown anchor '{_token.Value}' referenced", _token.Start.Index, $"invalid YAML: no anchor \"&{_token.Value}\" precedes this alias");
        }

        var entry = new YamlTree.Entry
        {
            Kind = YamlNodeKind.Alias,
            Value = _token.Value,
            Start = _token.Start.Index,
            End = _token.End,
            Line = _token.Start.Line,
            Child = target,
            IsFlow = true,
        };
        Add(entry, "", "");
        Skip();
    }

    private void AddScalar(YamlMark start, string tag, string anchor)
    {
        var entry = new YamlTree.Entry
        {
            Kind = YamlNodeKind.Scalar,
            Value = _token.Value,
            Start = start.Index,
            End = _token.End,
            Line = start.Line,
            Style = _token.Style,
            IsPlain = (tag.Length == 0 && _token.Style == YamlScalarStyle.Plain) || tag == "!",
            IsFlow = _token.Style is YamlScalarStyle.SingleQuoted or YamlScalarStyle.DoubleQuoted,
        };
        Add(entry, tag, anchor);
        Skip();
    }

    private void AddEmpty(YamlMark mark) => Add(Empty(mark), "", "");

    private static YamlTree.Entry Empty(YamlMark mark) =>
        new() { Kind = YamlNodeKind.Scalar, Value = "", Start = mark.Index, End = mark.Index, Line = mark.Line, IsPlain = true };

    private void Open(YamlNodeKind kind, Place place, YamlMark start, bool isFlow, string tag, string anchor)
    {
        var entry = new YamlTree.Entry { Kind = kind, Value = "", Start = start.Index, End = start.Index, Line = start.Line, IsFlow = isFlow };
        _open.Push(new Collection(Add(entry, tag, anchor), place, Last: 0));
    }

    private int Add(YamlTree.Entry entry, string tag, string anchor)
    {
        var index = _tree.Add(entry);
        if (_open.TryPop(out var parent))
        {
            _ = parent.Last == 0 ? _tree[parent.Node].Child = index : _tree[parent.Last].Next = index;
            _open.Push(parent with { Last = index });
        }

        if (tag.Length > 0 || anchor.Length > 0)
        {
            _tree.SetProperties(index, tag, anchor);
        }

        if (anchor.Length > 0)
        {
            _anchors[anchor] = index;
        }

        return index;
    }

    private void Continue(Place place, bool isValueMissing = false) => _open.Push(_open.Pop() with { Place = place, IsValueMissing = isValueMissing });

    private void CloseBehindToken()
    {
        Close(_token.End);

        // Behind the document too, where a syntax error is found. What the token is does not matter there.
        Skip();
    }

    private void Close(int end) => _tree[_open.Pop().Node].End = end;

    private YamlMark EndOfToken() => _token.Start with { Index = _token.End, Column = _token.Start.Column + _token.End - _token.Start.Index };

    private void Skip() => _token = _scanner.Read();

    private static void Require(bool condition, string problem, YamlMark mark)
    {
        // This parser names the line in front of the error, and none if that is line 0.
        if (!condition)
        {
            throw new YamlSyntaxException(problem, mark.Index, mark.Line);
        }
    }

    private static string Advice(string reason) => reason switch
    {
        "did not find expected alphabetic or numeric character" => "; put text that begins with \"*\" or \"&\" in quotes",
        "found character that cannot start any token" => "; indent with spaces, and put text that begins with \"@\", \"%\" or \"`\" in quotes",
        "mapping values are not allowed in this context" => "; check the indentation and the space behind \":\" and \"-\" in this line and the one above",
        "could not find expected ':'" or "did not find expected key" => "; check the indentation of this line and the one above",
        "found incompatible YAML document" => "; remove the \"%YAML\" line, the kubelet reads YAML 1.1",
        "control characters are not allowed" => "; remove them, or escape them in double quotes",
        _ => "",
    };

    /// <summary>An open list or map.</summary>
    private readonly record struct Collection(int Node, Place Place, int Last, bool IsValueMissing = false)
    {
        public bool IsEmpty => Last == 0;
    }
}
