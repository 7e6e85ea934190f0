using System.Globalization;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Kubelet.Go;

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

    private static readonly Dictionary<Key, Entry> NoEntries = [];

    // What "<<" adds to a map is not shared as the targets of aliases are. The kubelet would go on for a while.
    private const int MaxMergedEntries = 50_000;

    private readonly Dictionary<YamlNode, Resolved?> _resolved = [];
    private List<string> _repeatedKeys = [];
    private long _values;
    private long _aliasValues;
    private int _aliasDepth;
    private int _mergedEntries;

    private YamlReader()
    {
    }

    /// <summary>Reads the first document.</summary>
    /// <param name="text">The text.</param>
    /// <param name="root">The tree as it is written; null for an empty stream.</param>
    /// <param name="repeatedKeys">What strict reading complains about.</param>
    /// <returns>The document as JSON. Positions are indexes of characters.</returns>
    /// <exception cref="DocumentException">The text is not YAML, or YAML that JSON cannot hold.</exception>
    public static DocumentNode Read(YamlText text, out YamlNode? root, out IReadOnlyList<string> repeatedKeys)
    {
        root = YamlComposer.Compose(text, out var depth);
        repeatedKeys = [];
        if (root is null)
        {
            return new DocumentNode(DocumentNodeKind.Null, 0);
        }

        var reader = new YamlReader();
        var document = depth <= DepthOnCallersStack ? reader.Resolve(root) : reader.ResolveDeep(root);
        repeatedKeys = reader._repeatedKeys;
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
        var value = Visit(root);
        RequireStringKeys(value, []);
        RequireNumbers(value, []);
        return value.Node;
    }

    private Resolved Visit(YamlNode node)
    {
        Count(1);
        if (node.Kind == YamlNodeKind.Alias)
        {
            return VisitAlias(node);
        }

        var before = _values;
        var outerKeys = _repeatedKeys;
        if (node.Anchor.Length > 0)
        {
            _resolved[node] = null;
            _repeatedKeys = [];
        }

        var resolved = node switch
        {
            { Kind: YamlNodeKind.Mapping } => VisitMapping(node),
            { Kind: YamlNodeKind.Sequence } => VisitSequence(node),
            _ => VisitScalar(node),
        };

        if (node.Anchor.Length > 0)
        {
            resolved = resolved with { Values = _values - before + 1, RepeatedKeys = _repeatedKeys };
            _resolved[node] = resolved;
            _repeatedKeys = outerKeys;
            Repeat(resolved);
        }

        return resolved;
    }

    private Resolved VisitAlias(YamlNode node)
    {
        if (_resolved[node.Target!] is not { } resolved)
        {
            throw new DocumentException($"yaml: anchor '{node.Value}' value contains itself", node.Start, $"invalid YAML: \"&{node.Value}\" contains itself");
        }

        _aliasDepth++;
        Count(resolved.Values);
        _aliasDepth--;
        Repeat(resolved);
        return resolved;
    }

    private void Repeat(Resolved resolved)
    {
        if (_repeatedKeys.Count < MaxRepeatedKeys)
        {
            _repeatedKeys.AddRange(resolved.RepeatedKeys);
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

    private static Resolved VisitScalar(YamlNode node)
    {
        var scalar = YamlScalar.Resolve(node);
        var isUnsigned = scalar is { Kind: DocumentNodeKind.Number, IsFloat: false } && !long.TryParse(scalar.Text, CultureInfo.InvariantCulture, out _);
        return new Resolved(
            new DocumentNode(scalar.Kind, node.Start) { Text = scalar.Text, NotANumber = scalar.NotANumber },
            scalar.Kind switch
            {
                DocumentNodeKind.Number when scalar.IsFloat => KeyType.Float,
                DocumentNodeKind.Number => isUnsigned ? KeyType.Unsigned : KeyType.Integer,
                DocumentNodeKind.Bool => KeyType.Bool,
                DocumentNodeKind.Null => KeyType.Nil,
                _ => KeyType.String,
            });
    }

    private Resolved VisitSequence(YamlNode node)
    {
        var items = new List<Resolved>(node.Children.Count);
        foreach (var child in node.Children)
        {
            items.Add(Visit(child));
        }

        var array = new DocumentNode(DocumentNodeKind.Array, node.Start) { Items = items.ConvertAll(item => item.Node) };
        return new Resolved(array, KeyType.List) { Items = items };
    }

    private Resolved VisitMapping(YamlNode node)
    {
        if (node.Children.Count == 0)
        {
            return new Resolved(new DocumentNode(DocumentNodeKind.Object, node.Start), KeyType.Map);
        }

        var entries = new Dictionary<Key, Entry>(node.Children.Count / 2);
        ReadInto(entries, node);

        return new Resolved(new DocumentNode(DocumentNodeKind.Object, node.Start) { Fields = ToFields(entries) }, KeyType.Map) { Entries = entries };
    }

    // The kubelet sees the JSON that encoding/json wrote, with sorted keys. 5 and "5" are two keys of YAML and one of JSON.
    private static List<DocumentField> ToFields(Dictionary<Key, Entry> entries)
    {
        var fields = new List<DocumentField>(entries.Count);
        Dictionary<string, int>? others = null;
        foreach (var (key, entry) in entries)
        {
            var field = new DocumentField(key.Name, entry.Position, entry.Value.Node);
            if (key.Type != KeyType.String || others is not null)
            {
                others ??= fields.Index().ToDictionary(pair => pair.Item.Name, pair => pair.Index, StringComparer.Ordinal);
                if (!others.TryAdd(field.Name, fields.Count))
                {
                    fields[others[field.Name]] = field;
                    continue;
                }
            }

            fields.Add(field);
        }

        fields.Sort(static (left, right) => GoText.Compare(left.Name, right.Name));
        return fields;
    }

    private void ReadInto(Dictionary<Key, Entry> entries, YamlNode node)
    {
        for (var i = 0; i + 1 < node.Children.Count; i += 2)
        {
            var (name, child) = (node.Children[i], node.Children[i + 1]);
            if (name is { Kind: YamlNodeKind.Scalar, Value: "<<" } && (name.IsPlain || name.Tag == "tag:yaml.org,2002:merge"))
            {
                Merge(entries, child);
                continue;
            }

            var key = Visit(name);
            if (key.Type is KeyType.List or KeyType.Map)
            {
                throw new DocumentException(
                    $"yaml: invalid map key: {key.ToGoSyntax()}",
                    name.Start,
                    "invalid YAML: a list or map is used as a key; put text that begins with \"{\" or \"[\" in quotes");
            }

            var value = Visit(child);
            Set(entries, new Key(key.Type, key.Node.Text), new Entry(value, name.Start, child.Line));
        }
    }

    private void Set(Dictionary<Key, Entry> entries, Key key, Entry entry)
    {
        // Not a number is not equal to itself, in Go as elsewhere; no document is accepted that has one.
        if (!entries.TryAdd(key, entry))
        {
            entries[key] = entry;
            if (_repeatedKeys.Count < MaxRepeatedKeys)
            {
                _repeatedKeys.Add($"line {entry.ValueLine}: key {key.GoSyntax} already set in map");
            }
        }
    }

    /// <summary>Puts the entries of other maps into one. They replace what is there, and strict reading complains.</summary>
    private void Merge(Dictionary<Key, Entry> entries, YamlNode value)
    {
        var maps = value.Kind == YamlNodeKind.Sequence ? Enumerable.Reverse(value.Children) : [value];
        foreach (var map in maps)
        {
            if ((map.Target ?? map).Kind != YamlNodeKind.Mapping)
            {
                throw new DocumentException(
                    "yaml: map merge requires map or sequence of maps as the value",
                    map.Start,
                    "invalid YAML: \"<<\" must be followed by a map or a list of maps");
            }

            var merged = Visit(map).Entries;
            _mergedEntries += merged.Count;
            if (_mergedEntries > MaxMergedEntries)
            {
                throw TooMuch(map.Start);
            }

            foreach (var (key, entry) in merged)
            {
                Set(entries, key, entry);
            }
        }
    }

    /// <summary>Finds keys that JSON cannot hold.</summary>
    private static void RequireStringKeys(Resolved value, HashSet<Resolved> seen)
    {
        if (value.Type is not (KeyType.List or KeyType.Map) || !seen.Add(value))
        {
            return;
        }

        foreach (var (key, entry) in value.Entries)
        {
            if (key.Type is KeyType.Nil or KeyType.Unsigned)
            {
                var type = key.Type == KeyType.Nil ? "%!s(<nil>)" : "uint64";
                throw new DocumentException(
                    $"unsupported map key of type: {type}, key: {key.GoSyntax}, value: {entry.Value.ToGoSyntax(isTop: true)}",
                    entry.Position,
                    "the key is not text; put it in quotes");
            }

            RequireStringKeys(entry.Value, seen);
        }

        foreach (var item in value.Items)
        {
            RequireStringKeys(item, seen);
        }
    }

    private static void RequireNumbers(Resolved value, HashSet<DocumentNode> seen) => RequireNumbers(value.Node, seen);

    private static void RequireNumbers(DocumentNode node, HashSet<DocumentNode> seen)
    {
        if (node.NotANumber is { } name)
        {
            throw new DocumentException(
                $"json: unsupported value: {name}",
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

    private enum KeyType
    {
        Nil,
        Bool,
        Integer,
        Float,
        Unsigned,
        String,
        List,
        Map,
    }

    /// <summary>A key: of equal texts, those of different types are different keys.</summary>
    private sealed record Key(KeyType Type, string Text)
    {
        /// <summary>The name in JSON.</summary>
        public string Name => Type == KeyType.Float ? FloatName() : Text;

        /// <summary>As Go's <c>%#v</c> writes it.</summary>
        public string GoSyntax => Type switch
        {
            KeyType.String => GoText.Quote(Text),
            KeyType.Nil => "<nil>",
            KeyType.Unsigned => $"0x{ulong.Parse(Text, CultureInfo.InvariantCulture):x}",
            KeyType.Float => GoFloat.Format(Number),
            _ => Text,
        };

        private double Number => Text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.Parse(Text, CultureInfo.InvariantCulture),
        };

        private string FloatName() => Text switch
        {
            "+Inf" => ".inf",
            "-Inf" => "-.inf",
            "NaN" => ".nan",
            _ => GoFloat.Format((float)Number),
        };
    }

    private sealed record Entry(Resolved Value, int Position, int ValueLine);

    /// <summary>A value, and what it took to make it.</summary>
    private sealed record Resolved(DocumentNode Node, KeyType Type)
    {
        public IReadOnlyList<Resolved> Items { get; init; } = [];

        public Dictionary<Key, Entry> Entries { get; init; } = NoEntries;

        /// <summary>How many values it holds, itself included.</summary>
        public long Values { get; init; } = 1;

        public IReadOnlyList<string> RepeatedKeys { get; init; } = [];

        public bool Equals(Resolved? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        /// <summary>As Go's <c>%#v</c> writes it; longer than anybody reads is cut.</summary>
        public string ToGoSyntax(bool isTop = false)
        {
            var text = new StringBuilder();
            Append(text, isTop);
            return text.ToString();
        }

        private void Append(StringBuilder text, bool isTop)
        {
            const int MaxLength = 1 << 16;
            if (text.Length > MaxLength)
            {
                return;
            }

            switch (Type)
            {
                case KeyType.List:
                    text.Append("[]interface {}{");
                    AppendSeparated(text, Items, item => item.Append(text, isTop: false));
                    text.Append('}');
                    break;
                case KeyType.Map:
                    text.Append("map[interface {}]interface {}{");
                    List<Key> keys = [.. Entries.Keys];
                    keys.Sort(static (left, right) => left.Type == right.Type ? GoText.Compare(left.Text, right.Text) : left.Type.CompareTo(right.Type));
                    AppendSeparated(text, keys, key =>
                    {
                        text.Append(key.Type == KeyType.Nil ? "interface {}(nil)" : key.GoSyntax).Append(':');
                        Entries[key].Value.Append(text, isTop: false);
                    });
                    text.Append('}');
                    break;
                case KeyType.Nil:
                    text.Append(isTop ? "<nil>" : "interface {}(nil)");
                    break;
                default:
                    text.Append(new Key(Type, Node.Text).GoSyntax);
                    break;
            }
        }

        private static void AppendSeparated<T>(StringBuilder text, IEnumerable<T> items, Action<T> append)
        {
            var isFirst = true;
            foreach (var item in items)
            {
                _ = isFirst ? text : text.Append(", ");
                isFirst = false;
                append(item);
            }
        }
    }
}
