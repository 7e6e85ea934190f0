using YamlDotNet.Core;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>What a node of a YAML document is.</summary>
internal enum YamlNodeKind
{
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

/// <summary>A node of a YAML document as it is written: aliases are not followed, plain words not resolved.</summary>
internal sealed class YamlNode(YamlNodeKind kind, Mark start)
{
    public YamlNodeKind Kind { get; } = kind;

    public int Start { get; } = (int)start.Index;

    /// <summary>The line, counted from 1.</summary>
    public int Line { get; } = (int)start.Line;

    /// <summary>The column of the first character, counted from 0.</summary>
    public int Column { get; } = (int)start.Column - 1;

    /// <summary>The index behind the last character. In block style, lists and maps end where the next token begins.</summary>
    public int End { get; set; }

    /// <summary>The tag in full, such as <c>tag:yaml.org,2002:str</c>; empty without one.</summary>
    public string Tag { get; init; } = "";

    /// <summary>The text of a scalar, or the anchor that an alias names.</summary>
    public string Value { get; init; } = "";

    /// <summary>Whether a scalar is a plain word, whose type its text decides.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Whether it is in the style of JSON, or a scalar in quotes.</summary>
    public bool IsFlow { get; init; }

    public ScalarStyle Style { get; init; }

    /// <summary>The anchor; empty without one.</summary>
    public string Anchor { get; init; } = "";

    /// <summary>The node that an alias refers to.</summary>
    public YamlNode? Target { get; init; }

    /// <summary>The items of a sequence; keys and values of a mapping in turn.</summary>
    public List<YamlNode> Children { get; } = kind is YamlNodeKind.Sequence or YamlNodeKind.Mapping ? [] : None;

    // Never added to: only lists and maps have children.
    private static List<YamlNode> None { get; } = new(0);
}
