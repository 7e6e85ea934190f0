namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>What a token of a YAML stream is: <see href="https://yaml.org/spec/1.1/#id863390"/>.</summary>
internal enum YamlTokenKind : byte
{
    StreamStart,
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// <summary>How a scalar is written.</summary>
internal enum YamlScalarStyle : byte
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

/// <summary>A place in the text: the index, and line and column, both counted from 0.</summary>
internal readonly record struct YamlMark(int Index, int Line, int Column);

/// <summary>A token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">The index behind it.</param>
/// <param name="Value">The text of a scalar, the name of an anchor or alias, the handle of a tag or tag directive, the version of a version directive.</param>
/// <param name="Suffix">The rest of a tag, or the prefix of a tag directive.</param>
/// <param name="Style">How a scalar is written.</param>
internal readonly record struct YamlToken(
    YamlTokenKind Kind, YamlMark Start, int End, string Value = "", string Suffix = "", YamlScalarStyle Style = YamlScalarStyle.Plain);
