namespace Ecr.Credentials.Kubelet.Configuration.Documents;

/// <summary>What a value of a document is.</summary>
internal enum DocumentNodeKind : byte
{
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A value of a JSON document, or of a YAML document after its conversion to JSON, with the place where it is written.</summary>
/// <remarks>It is small, because a hostile file has one for every second of its characters.</remarks>
internal sealed class DocumentNode
{
    // DocumentNode[] of an array, DocumentField[] of an object, null of what is empty.
    private readonly Array? _children;

    public DocumentNode(DocumentNodeKind kind, int position, string text = "", DocumentNumber number = DocumentNumber.None)
    {
        Kind = kind;
        Position = position;
        Text = text;
        Number = number;
    }

    public DocumentNode(int position, DocumentNode[] items)
    {
        Kind = DocumentNodeKind.Array;
        Position = position;
        Text = "";
        _children = items.Length > 0 ? items : null;
    }

    /// <summary>Makes an object.</summary>
    /// <param name="position">Where it begins.</param>
    /// <param name="fields">The fields: in the order of the text for JSON, with repeats; sorted and without repeats for YAML.</param>
    public DocumentNode(int position, DocumentField[] fields)
    {
        Kind = DocumentNodeKind.Object;
        Position = position;
        Text = "";
        _children = fields.Length > 0 ? fields : null;
    }

    public DocumentNodeKind Kind { get; }

    /// <summary>What a number is in YAML.</summary>
    public DocumentNumber Number { get; }

    /// <summary>Where it begins, as an index into the text of the file. An alias has the place of its anchor.</summary>
    public int Position { get; }

    /// <summary>The text of a string, <c>true</c> or <c>false</c> of a Boolean, the digits of a number, or its name if JSON cannot hold it.</summary>
    public string Text { get; }

    public ReadOnlySpan<DocumentNode> Items => Kind == DocumentNodeKind.Array ? (DocumentNode[]?)_children : [];

    public ReadOnlySpan<DocumentField> Fields => Kind == DocumentNodeKind.Object ? (DocumentField[]?)_children : [];

    /// <summary>As encoding/json names it in a message.</summary>
    public string GoName => Kind switch
    {
        DocumentNodeKind.Null => "null",
        DocumentNodeKind.Bool => "bool",
        DocumentNodeKind.Number => "number",
        DocumentNodeKind.String => "string",
        DocumentNodeKind.Array => "array",
        _ => "object",
    };

    /// <summary>As a person calls it.</summary>
    public string Describe() => Kind switch
    {
        DocumentNodeKind.Null => "nothing",
        DocumentNodeKind.Bool => Text,
        DocumentNodeKind.Number => "a number",
        DocumentNodeKind.String => "text",
        DocumentNodeKind.Array => "a list",
        _ => "a map",
    };
}

/// <summary>What a number of a YAML document is. JSON does not hold <see cref="NotANumber"/>, which includes the infinities.</summary>
internal enum DocumentNumber : byte
{
    None,
    Integer,
    Unsigned,
    Float,
    NotANumber,
}

/// <summary>A field of an object.</summary>
/// <param name="Name">The name.</param>
/// <param name="Position">Where the name is.</param>
/// <param name="Value">The value.</param>
/// <param name="NameKind">What the name is in YAML, where it can be more than text.</param>
/// <param name="NameNumber">What number it is.</param>
internal readonly record struct DocumentField(
    string Name, int Position, DocumentNode Value, DocumentNodeKind NameKind = DocumentNodeKind.String, DocumentNumber NameNumber = DocumentNumber.None);
