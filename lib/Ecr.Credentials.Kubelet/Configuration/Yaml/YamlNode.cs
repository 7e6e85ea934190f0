namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>What a node of a YAML document is.</summary>
internal enum YamlNodeKind : byte
{
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

/// <summary>A node of a YAML document as it is written: aliases are not followed, plain words not resolved.</summary>
/// <param name="tree">The document.</param>
/// <param name="index">Which node of it.</param>
internal readonly struct YamlNode(YamlTree tree, int index)
{
    public int Index => index;

    public YamlNodeKind Kind => tree[index].Kind;

    public int Start => tree[index].Start;

    /// <summary>The line, counted from 1.</summary>
    public int Line => tree[index].Line + 1;

    /// <summary>The column of the first character, counted from 0.</summary>
    public int Column => tree.ColumnOf(Start);

    /// <summary>The index behind the last character. In block style, lists and maps end where the next token begins.</summary>
    public int End => tree[index].End;

    /// <summary>The tag in full, such as <c>tag:yaml.org,2002:str</c>; empty without one.</summary>
    public string Tag => tree.PropertiesOf(index).Tag;

    /// <summary>The anchor; empty without one.</summary>
    public string Anchor => tree.PropertiesOf(index).Anchor;

    /// <summary>Whether it has a tag or an anchor.</summary>
    public bool HasProperties => tree[index].Properties > 0;

    /// <summary>The text of a scalar, or the anchor that an alias names.</summary>
    public string Value => tree[index].Value;

    /// <summary>Whether a scalar is a plain word, whose type its text decides.</summary>
    public bool IsPlain => tree[index].IsPlain;

    /// <summary>Whether it is in the style of JSON, or a scalar in quotes.</summary>
    public bool IsFlow => tree[index].IsFlow;

    public YamlScalarStyle Style => tree[index].Style;

    /// <summary>The node that an alias refers to; otherwise the node itself.</summary>
    public YamlNode Target => Kind == YamlNodeKind.Alias ? new YamlNode(tree, tree[index].Child) : this;

    /// <summary>The first item of a sequence, or the first key of a mapping; null if it is empty.</summary>
    public YamlNode? FirstChild =>
        Kind is YamlNodeKind.Sequence or YamlNodeKind.Mapping && tree[index].Child > 0 ? new YamlNode(tree, tree[index].Child) : null;

    /// <summary>The next item of the sequence, or value or key of the mapping, to which it belongs; null behind the last.</summary>
    public YamlNode? Next => tree[index].Next > 0 ? new YamlNode(tree, tree[index].Next) : null;

    /// <summary>The items of a sequence; keys and values of a mapping in turn.</summary>
    public List<YamlNode> Children()
    {
        var children = new List<YamlNode>();
        for (var child = FirstChild; child is { } node; child = node.Next)
        {
            children.Add(node);
        }

        return children;
    }
}
