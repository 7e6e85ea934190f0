using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>Makes the nodes of a JSON document. What is valid is decided by <see href="https://pkg.go.dev/encoding/json#Unmarshal"/>.</summary>
internal static class JsonComposer
{
    /// <summary>Reads one document. Positions are indexes of bytes.</summary>
    /// <exception cref="DocumentException">The text is not JSON.</exception>
    public static DocumentNode Compose(ReadOnlySpan<byte> json)
    {
        if (GoJsonSyntax.Check(json) is { } error)
        {
            throw new DocumentException(error.Text, error.Position, Explain(json, error));
        }

        // Open objects and arrays are kept on a stack of our own: 10,000 levels are valid and too many for the thread's.
        var open = new Stack<Container>();
        var strings = new StringPool();
        var reader = new GoJsonReader(json);
        while (true)
        {
            var value = ReadOrOpen(ref reader, open, strings);
            while (value is not null || !open.Peek().Next(ref reader, strings))
            {
                value ??= open.Pop().ToNode();
                if (!open.TryPeek(out var container))
                {
                    return value;
                }

                container.Add(value);
                value = null;
            }
        }
    }

    private static string Explain(ReadOnlySpan<byte> json, GoJsonError error) => error.Position >= json.Length
        ? "the JSON document ends too early: a string, list or object is not closed"
        : $"invalid JSON: unexpected {MessageText.Quote([(char)json[error.Position]])} {error.Where}";

    private static DocumentNode? ReadOrOpen(ref GoJsonReader reader, Stack<Container> open, StringPool strings)
    {
        var kind = reader.Peek() switch
        {
            GoJsonValue.Object => DocumentNodeKind.Object,
            GoJsonValue.Array => DocumentNodeKind.Array,
            GoJsonValue.String => DocumentNodeKind.String,
            GoJsonValue.Number => DocumentNodeKind.Number,
            GoJsonValue.Bool => DocumentNodeKind.Bool,
            _ => DocumentNodeKind.Null,
        };
        var position = reader.Position;
        switch (kind)
        {
            case DocumentNodeKind.Object or DocumentNodeKind.Array:
                open.Push(new Container(kind, position));
                reader.Begin();
                return null;
            case DocumentNodeKind.String:
                return new DocumentNode(kind, position, reader.ReadString(strings));
            default:
                var text = strings.Get(reader.ReadScalar());
                return new DocumentNode(kind, position, kind == DocumentNodeKind.Null ? "" : text);
        }
    }

    private sealed class Container(DocumentNodeKind kind, int position)
    {
        private List<DocumentNode>? _items;
        private List<DocumentField>? _fields;
        private string _name = "";
        private int _namePosition;

        /// <summary>Steps to the next item or the value of the next field; false at the end.</summary>
        public bool Next(ref GoJsonReader reader, StringPool strings)
        {
            var hasNext = reader.Next();
            if (hasNext && kind == DocumentNodeKind.Object)
            {
                _namePosition = reader.Position;
                _name = reader.ReadName(strings);
            }

            return hasNext;
        }

        public void Add(DocumentNode value)
        {
            if (kind == DocumentNodeKind.Object)
            {
                (_fields ??= []).Add(new DocumentField(_name, _namePosition, value));
            }
            else
            {
                (_items ??= []).Add(value);
            }
        }

        public DocumentNode ToNode() => kind == DocumentNodeKind.Object
            ? new DocumentNode(position, _fields?.ToArray() ?? [])
            : new DocumentNode(position, _items?.ToArray() ?? []);
    }
}
