using System.Runtime.InteropServices;
using Ecr.Credentials.Kubelet.Configuration.Documents;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>Converts the first document of a YAML stream to JSON, as the kubelet does before it decodes the document.</summary>
/// <remarks>
/// Rules: <see href="https://pkg.go.dev/sigs.k8s.io/yaml#YAMLToJSON"/> with the strict conversion's complaints about repeated keys beside it.
/// The target of an alias is created once and shared, so a document takes memory in proportion to its length; how often it would be made counts
/// towards the kubelet's limit.
/// </remarks>
internal sealed class YamlReader
{
    // Deeper documents than configurations ever are get a stack of their own; the parser stops at 10,000 levels.
    private const int DepthOnCallersStack = 200;
    private const int StackOfDeepDocuments = 64 << 20;

    // https://pkg.go.dev/go.yaml.in/yaml/v2: of many values, only so many may come from aliases.
    private const int ManyValues = 400_000;
    private const int TooManyValues = 4_000_000;

    // A repeated key is named each time that an alias repeats it; more would not be read.
    private const int MaxRepeatedKeys = 1000;

    // What "<<" adds to a map is not shared as the targets of aliases are. The kubelet would go on for a while.
    private const int MaxMergedEntries = 25_000;

    // The message about a key that JSON cannot hold shows the key's value, cut far in front of this.
    private const int MaxShownValues = 20_000;

    private static readonly DocumentNode Nothing = new(DocumentNodeKind.Null, 0);

    private readonly Dictionary<int, Resolved?> _resolved = [];

    // Of the lists and maps that are open; each knows where its own begin.
    private readonly List<DocumentNode> _items = [];
    private readonly List<YamlEntry> _entries = [];

    private readonly Stack<YamlMap> _closedMaps = new();

    private List<string>? _repeatedKeys;
    private DocumentException? _badKey;
    private bool _hasNotANumber;
    private long _valuesBehindBadKey = long.MaxValue;
    private long _values;
    private long _aliasValues;
    private int _aliasDepth;
    private int _mergedEntries;
    private int _depth;
    private int _deepest;

    private YamlReader()
    {
    }

    /// <summary>Whether what is read is not looked at: a key has been found that JSON cannot hold, and only what is worse is still looked for.</summary>
    private bool IsOnlyChecking => _badKey is not null || _values > _valuesBehindBadKey;

    /// <summary>Reads the first document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="repeatedKeys">What strict reading complains about.</param>
    /// <param name="depth">How many lists and maps are in each other at most, those of aliases included.</param>
    /// <returns>The document as JSON. Positions are indexes of characters.</returns>
    /// <exception cref="DocumentException">The text is not YAML, or YAML that JSON cannot hold.</exception>
    public static DocumentNode Read(YamlText text, out IReadOnlyList<string> repeatedKeys, out int depth)
    {
        repeatedKeys = [];
        var tree = YamlParser.Parse(text, out depth);
        if (tree is null)
        {
            return Nothing;
        }

        var reader = new YamlReader();
        var document = depth <= DepthOnCallersStack ? reader.Resolve(tree.Root) : reader.ResolveDeep(tree.Root);
        repeatedKeys = reader._repeatedKeys ?? repeatedKeys;
        depth = reader._deepest;
        return document;
    }

    private DocumentNode ResolveDeep(YamlNode root)
    {
        DocumentNode? document = null;
        DocumentException? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    document = Resolve(root);
                }
                catch (DocumentException exception)
                {
                    failure = exception;
                }
            },
            StackOfDeepDocuments);
        thread.Start();
        thread.Join();
        return failure is null ? document! : throw failure;
    }

    private DocumentNode Resolve(YamlNode root)
    {
        var document = Visit(root);
        if (_badKey is not null)
        {
            throw _badKey;
        }

        if (_hasNotANumber)
        {
            RequireNumbers(document, []);
        }

        return document;
    }

    private DocumentNode Visit(YamlNode node)
    {
        Count(1);
        if (node.Kind == YamlNodeKind.Alias)
        {
            return Follow(node).Value;
        }

        if (!node.HasProperties || node.Anchor.Length == 0)
        {
            return VisitValue(node, out _);
        }

        var (values, deepest, outerKeys) = (_values, _deepest, _repeatedKeys);
        _resolved[node.Index] = null;
        _repeatedKeys = null;
        _deepest = _depth;
        var value = VisitValue(node, out var entries);
        var resolved = new Resolved(value, entries, _values - values + 1, _deepest - _depth, _repeatedKeys);
        _resolved[node.Index] = resolved;
        _repeatedKeys = outerKeys;
        _deepest = Math.Max(deepest, _deepest);
        Repeat(resolved);
        return value;
    }

    private Resolved Follow(YamlNode alias)
    {
        if (_resolved[alias.Target.Index] is not { } resolved)
        {
            throw new DocumentException(
                $"yaml: anchor '{alias.Value}' value contains itself", alias.Start, $"invalid YAML: \"&{alias.Value}\" contains itself");
        }

        _aliasDepth++;
        Count(resolved.Values);
        _aliasDepth--;
        _deepest = Math.Max(_deepest, _depth + resolved.Depth);
        Repeat(resolved);
        return resolved;
    }

    private void Repeat(Resolved resolved)
    {
        if (resolved.RepeatedKeys is { } keys && (_repeatedKeys ??= []).Count < MaxRepeatedKeys)
        {
            _repeatedKeys.AddRange(keys);
        }
    }

    private void Count(long values)
    {
        _values += values;
        _aliasValues += _aliasDepth > 0 ? values : 0;
        if (_aliasValues > 100 && _values > 1000 && _aliasValues > _values * AllowedAliasShare())
        {
            throw TooMuch(0);
        }
    }

    private static DocumentException TooMuch(int position) =>
        new("yaml: document contains excessive aliasing", position, "invalid YAML: its aliases expand to too much");

    private double AllowedAliasShare() => _values switch
    {
        <= ManyValues => 0.99,
        >= TooManyValues => 0.10,
        _ => 0.99 - (0.89 * ((_values - ManyValues) / (double)(TooManyValues - ManyValues))),
    };

    /// <summary>Reads a value other than an alias, and of a map the entries in the order of the text.</summary>
    private DocumentNode VisitValue(YamlNode node, out YamlEntry[] entries)
    {
        entries = [];
        if (node.Kind == YamlNodeKind.Scalar)
        {
            return VisitScalar(node);
        }

        _depth++;
        _deepest = Math.Max(_deepest, _depth);
        var value = node.Kind == YamlNodeKind.Mapping ? VisitMapping(node, out entries) : VisitSequence(node);
        _depth--;
        return value;
    }

    private DocumentNode VisitScalar(YamlNode node)
    {
        var scalar = YamlScalar.Resolve(node);
        _hasNotANumber |= scalar.Number == DocumentNumber.NotANumber;
        return IsOnlyChecking ? Nothing : new DocumentNode(scalar.Kind, node.Start, scalar.Text, scalar.Number);
    }

    private DocumentNode VisitSequence(YamlNode node)
    {
        var start = _items.Count;
        for (var child = node.FirstChild; child is { } item; child = item.Next)
        {
            var value = Visit(item);
            if (!IsOnlyChecking)
            {
                _items.Add(value);
            }
        }

        var items = IsOnlyChecking ? [] : CollectionsMarshal.AsSpan(_items)[start..].ToArray();
        _items.RemoveRange(start, _items.Count - start);
        return IsOnlyChecking ? Nothing : new DocumentNode(node.Start, items);
    }

    private DocumentNode VisitMapping(YamlNode node, out YamlEntry[] entries)
    {
        entries = [];
        if (node.FirstChild is null)
        {
            return IsOnlyChecking ? Nothing : new DocumentNode(node.Start, Array.Empty<DocumentField>());
        }

        var map = OpenMap(node);
        ReadInto(map, node);
        entries = node.HasProperties ? map.ToArray() : [];
        var fields = IsOnlyChecking ? [] : map.ToFields();
        CloseMap(map);
        return IsOnlyChecking ? Nothing : new DocumentNode(node.Start, fields);
    }

    private void ReadInto(YamlMap map, YamlNode node)
    {
        for (var child = node.FirstChild; child is { } name; child = name.Next!.Value.Next)
        {
            var valueNode = name.Next!.Value;
            if (name is { Kind: YamlNodeKind.Scalar, Value: "<<" } && (name.IsPlain || name.Tag == "tag:yaml.org,2002:merge"))
            {
                Merge(map, valueNode);
                continue;
            }

            var key = VisitKey(name);
            var isBad = !IsOnlyChecking && _valuesBehindBadKey == long.MaxValue && key.HasNoName;
            if (isBad)
            {
                _valuesBehindBadKey = _values + MaxShownValues;
            }

            var value = Visit(valueNode);
            if (isBad)
            {
                _valuesBehindBadKey = long.MaxValue;
                var type = key.Kind == DocumentNodeKind.Null ? "%!s(<nil>)" : "uint64";
                _badKey = new DocumentException(
                    $"unsupported map key of type: {type}, key: {GoSyntax.Of(key)}, value: {GoSyntax.Of(value)}",
                    name.Start,
                    "the key is not text; put it in quotes");
            }

            Set(map, new YamlEntry(key, value, name.Start, valueNode.Line));
        }
    }

    private YamlKey VisitKey(YamlNode node)
    {
        if (node.Kind == YamlNodeKind.Scalar && !node.HasProperties)
        {
            Count(1);
            return YamlKey.Of(YamlScalar.Resolve(node));
        }

        // What it holds is shown in any case.
        var badKey = _badKey;
        _badKey = null;
        var key = Visit(node);
        _badKey = badKey;
        var target = node.Target;
        if (target.Kind == YamlNodeKind.Scalar)
        {
            return YamlKey.Of(YamlScalar.Resolve(target));
        }

        throw new DocumentException(
            $"yaml: invalid map key: {GoSyntax.Of(key)}",
            node.Start,
            "invalid YAML: a list or map is used as a key; put text that begins with \"{\" or \"[\" in quotes");
    }

    private void Set(YamlMap map, YamlEntry entry)
    {
        // Not a number is not equal to itself, in Go as elsewhere; no document is accepted that has one.
        if (map.Set(entry) && (_repeatedKeys ??= []).Count < MaxRepeatedKeys)
        {
            _repeatedKeys.Add($"line {entry.ValueLine}: key {GoSyntax.Of(entry.Key)} already set in map");
        }
    }

    /// <summary>Puts the entries of other maps into one. They replace what is there, and strict reading complains.</summary>
    private void Merge(YamlMap map, YamlNode value)
    {
        var sources = value.Kind == YamlNodeKind.Sequence ? value.Children() : [value];
        foreach (var source in Enumerable.Reverse(sources))
        {
            if (source.Target.Kind != YamlNodeKind.Mapping)
            {
                throw new DocumentException(
                    "yaml: map merge requires map or sequence of maps as the value",
                    source.Start,
                    "invalid YAML: \"<<\" must be followed by a map or a list of maps");
            }

            var merged = EntriesOf(source);
            _mergedEntries += merged.Length;
            if (_mergedEntries > MaxMergedEntries)
            {
                throw TooMuch(source.Start);
            }

            foreach (var entry in merged)
            {
                Set(map, entry);
            }
        }
    }

    private YamlEntry[] EntriesOf(YamlNode node)
    {
        if (node.HasProperties && node.Anchor.Length > 0)
        {
            Visit(node);
            return _resolved[node.Index]!.Entries;
        }

        Count(1);
        if (node.Kind == YamlNodeKind.Alias)
        {
            return Follow(node).Entries;
        }

        var map = OpenMap(node);
        ReadInto(map, node);
        var entries = map.ToArray();
        CloseMap(map);
        return entries;
    }

    // One for each map that is open is enough.
    private YamlMap OpenMap(YamlNode node)
    {
        var map = _closedMaps.TryPop(out var closed) ? closed : new YamlMap(_entries);
        map.Open(node);
        return map;
    }

    private void CloseMap(YamlMap map)
    {
        map.Close();
        _closedMaps.Push(map);
    }

    private static void RequireNumbers(DocumentNode node, HashSet<DocumentNode> seen)
    {
        if (node.Number == DocumentNumber.NotANumber)
        {
            throw new DocumentException(
                $"json: unsupported value: {node.Text}",
                node.Position,
                "the value is a number without a value; put it in quotes if it is text");
        }

        if (node.Kind is not (DocumentNodeKind.Array or DocumentNodeKind.Object) || !seen.Add(node))
        {
            return;
        }

        foreach (var field in node.Fields)
        {
            RequireNumbers(field.Value, seen);
        }

        foreach (var item in node.Items)
        {
            RequireNumbers(item, seen);
        }
    }

    /// <summary>The value of an anchor, and what it took to make it.</summary>
    /// <param name="Value">The value.</param>
    /// <param name="Entries">The entries of a map, in the order of the text.</param>
    /// <param name="Values">How many values it holds, itself included.</param>
    /// <param name="Depth">How many lists and maps are in each other.</param>
    /// <param name="RepeatedKeys">What strict reading complains about in it.</param>
    private sealed record Resolved(DocumentNode Value, YamlEntry[] Entries, long Values, int Depth, List<string>? RepeatedKeys);
}
