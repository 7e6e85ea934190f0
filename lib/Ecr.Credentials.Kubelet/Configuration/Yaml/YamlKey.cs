using System.Globalization;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>A key: of equal texts, those of different types are different keys.</summary>
internal readonly record struct YamlKey(DocumentNodeKind Kind, DocumentNumber Number, string Text)
{
    /// <summary>The name in JSON.</summary>
    public string Name => Number switch
    {
        DocumentNumber.Float => GoFloat.Format((float)double.Parse(Text, CultureInfo.InvariantCulture)),
        DocumentNumber.NotANumber => Text switch { "+Inf" => ".inf", "-Inf" => "-.inf", _ => ".nan" },
        _ => Text,
    };

    /// <summary>Whether the kubelet has no name in JSON for it.</summary>
    public bool HasNoName => Kind == DocumentNodeKind.Null || Number == DocumentNumber.Unsigned;

    public static YamlKey Of(YamlScalar scalar) => new(scalar.Kind, scalar.Number, scalar.Text);
}

/// <summary>An entry of a map.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Position">Where the key is.</param>
/// <param name="ValueLine">The line of the value, counted from 1.</param>
internal readonly record struct YamlEntry(YamlKey Key, DocumentNode Value, int Position, int ValueLine);
