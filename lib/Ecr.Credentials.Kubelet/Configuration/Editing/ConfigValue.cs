using System.Buffers;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Configuration.Yaml;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Configuration.Editing;

/// <summary>A value to write: text, a word of JSON, a list or a map.</summary>
internal sealed class ConfigValue
{
    private static readonly SearchValues<char> PlainCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+=-");

    private ConfigValue()
    {
    }

    public string? Text { get; private init; }

    public string? Word { get; private init; }

    public IReadOnlyList<ConfigValue>? Items { get; private init; }

    public IReadOnlyList<(string Name, ConfigValue Value)>? Fields { get; private init; }

    public bool IsEmpty => Word == "null" || Items is { Count: 0 };

    public static ConfigValue Of(string text) => new() { Text = text };

    public static ConfigValue Null { get; } = new() { Word = "null" };

    public static ConfigValue Of(IEnumerable<string> texts) => new() { Items = [.. texts.Select(Of)] };

    public static ConfigValue Of(IEnumerable<ExecEnvironmentVariable> variables) => new()
    {
        Items = [.. variables.Select(variable => new ConfigValue { Fields = [("name", Of(variable.Name)), ("value", Of(variable.Value))] })],
    };

    public static ConfigValue Of(TimeSpan? duration) => duration is { } value ? Of(GoDuration.Format(value)) : Null;

    public static ConfigValue Of(ServiceAccountTokenAttributes? attributes)
    {
        if (attributes is null)
        {
            return Null;
        }

        (string Name, ConfigValue Value)[] fields =
        [
            ("serviceAccountTokenAudience", Of(attributes.ServiceAccountTokenAudience)),
            ("cacheType", attributes.CacheType.Length == 0 ? Null : Of(attributes.CacheType)),
            ("requireServiceAccount", new ConfigValue { Word = attributes.RequireServiceAccount switch { true => "true", false => "false", _ => "null" } }),
            ("requiredServiceAccountAnnotationKeys", Of(attributes.RequiredServiceAccountAnnotationKeys)),
            ("optionalServiceAccountAnnotationKeys", Of(attributes.OptionalServiceAccountAnnotationKeys)),
        ];
        return new ConfigValue { Fields = [.. fields.Where(field => !field.Value.IsEmpty)] };
    }

    /// <summary>The provider as a map, without what it has not.</summary>
    public static ConfigValue Of(CredentialProvider provider) => new()
    {
        Fields = [("name", Of(provider.Name)), .. FieldsOf(provider).Where(field => !field.Value.IsEmpty)],
    };

    /// <summary>All fields of a provider but its name.</summary>
    public static IReadOnlyList<(string Name, ConfigValue Value)> FieldsOf(CredentialProvider provider) =>
    [
        ("matchImages", Of(provider.MatchImages)),
        ("defaultCacheDuration", Of(provider.DefaultCacheDuration)),
        ("apiVersion", Of(provider.ApiVersion)),
        ("args", Of(provider.Arguments)),
        ("env", Of(provider.Environment)),
        ("tokenAttributes", Of(provider.TokenAttributes)),
    ];

    /// <summary>On one line, in flow style; with every key and text in quotes if it is for JSON.</summary>
    public string ToFlow(bool isJson)
    {
        return this switch
        {
            { Items: { } items } => $"[{string.Join(", ", items.Select(item => item.ToFlow(isJson)))}]",
            { Fields: { } fields } => $"{{{string.Join(", ", fields.Select(FieldToFlow))}}}",
            { Text: { } text } => isJson ? Quote(text) : Scalar(text),
            _ => Word!,
        };

        string FieldToFlow((string Name, ConfigValue Value) field) => $"{(isJson ? Quote(field.Name) : field.Name)}: {field.Value.ToFlow(isJson)}";
    }

    /// <summary>In block style; lines after the first begin with the indentation.</summary>
    public string ToBlock(int indentation, string lineBreak)
    {
        var next = lineBreak + new string(' ', indentation);
        return this switch
        {
            { Items: { Count: > 0 } items } => string.Join(next, items.Select(item => $"- {item.ToBlock(indentation + 2, lineBreak)}")),
            { Fields: { Count: > 0 } fields } => string.Join(next, fields.Select(field => FieldToBlock(field.Name, field.Value, indentation, lineBreak))),
            _ => ToFlow(isJson: false),
        };
    }

    /// <summary>A field in block style.</summary>
    public static string FieldToBlock(string name, ConfigValue value, int indentation, string lineBreak)
    {
        var isNested = value is { Items.Count: > 0 } or { Fields.Count: > 0 };
        var inner = value.Fields is null ? indentation : indentation + 2;
        return isNested ? $"{name}:{lineBreak}{new string(' ', inner)}{value.ToBlock(inner, lineBreak)}" : $"{name}: {value.ToFlow(isJson: false)}";
    }

    /// <summary>A plain word if it is certain to be read as text, else in double quotes.</summary>
    private static string Scalar(string text)
    {
        var isPlain = text.Length > 0
            && char.IsAsciiLetterOrDigit(text[0])
            && text.AsSpan().IndexOfAnyExcept(PlainCharacters) < 0
            && YamlScalar.ResolvePlain(text).Kind == DocumentNodeKind.String;
        return isPlain ? text : Quote(text);
    }

    // JSON's escapes are YAML's too.
    private static string Quote(string text) => GoText.JsonString(text)
        .Replace("\\u003c", "<", StringComparison.Ordinal)
        .Replace("\\u003e", ">", StringComparison.Ordinal)
        .Replace("\\u0026", "&", StringComparison.Ordinal);
}
