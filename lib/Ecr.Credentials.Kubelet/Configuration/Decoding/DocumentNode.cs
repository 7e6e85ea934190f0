namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>What a value of a document is.</summary>
internal enum DocumentNodeKind
{
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A value of a JSON document, or of a YAML document after its conversion to JSON, with the place where it is written.</summary>
/// <param name="kind">What it is.</param>
/// <param name="position">Where it begins, as an index into the text.</param>
internal sealed class DocumentNode(DocumentNodeKind kind, int position)
{
    public DocumentNodeKind Kind { get; } = kind;

    /// <summary>Where it begins, as an index into the text of the file. An alias has the place of its anchor.</summary>
    public int Position { get; } = position;

    /// <summary>The text of a string, <c>true</c> or <c>false</c> of a Boolean, the digits of a number.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<DocumentNode> Items { get; init; } = [];

    /// <summary>The fields: in the order of the text for JSON, with repeats; sorted and without repeats for YAML.</summary>
    public IReadOnlyList<DocumentField> Fields { get; init; } = [];

    /// <summary>The value of a number that JSON cannot hold: <c>+Inf</c>, <c>-Inf</c> or <c>NaN</c>.</summary>
    public string? NotANumber { get; init; }

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

/// <summary>A field of an object.</summary>
internal sealed record DocumentField(string Name, int Position, DocumentNode Value);
