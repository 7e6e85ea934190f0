using System.Globalization;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>Values of YAML as Go's <c>%#v</c> writes them: <see href="https://pkg.go.dev/fmt"/>. What is longer than anybody reads is cut.</summary>
internal static class GoSyntax
{
    private const int MaxLength = 1 << 16;

    public static string Of(DocumentNode value)
    {
        if (value.Kind == DocumentNodeKind.Null)
        {
            return "<nil>";
        }

        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    public static string Of(YamlKey key) => Of(key.Kind, key.Number, key.Text);

    private static string Of(DocumentNodeKind kind, DocumentNumber number, string text) => (kind, number) switch
    {
        (DocumentNodeKind.String, _) => GoText.Quote(text),
        (DocumentNodeKind.Null, _) => "<nil>",
        (_, DocumentNumber.Unsigned) => $"0x{ulong.Parse(text, CultureInfo.InvariantCulture):x}",
        (_, DocumentNumber.Float) => GoFloat.Format(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => text,
    };

    private static void Append(StringBuilder text, DocumentNode value)
    {
        if (text.Length > MaxLength)
        {
            return;
        }

        switch (value.Kind)
        {
            case DocumentNodeKind.Array:
                AppendArray(text, value);
                break;
            case DocumentNodeKind.Object:
                AppendObject(text, value);
                break;
            case DocumentNodeKind.Null:
                text.Append("interface {}(nil)");
                break;
            default:
                text.Append(Of(value.Kind, value.Number, value.Text));
                break;
        }
    }

    private static void AppendArray(StringBuilder text, DocumentNode value)
    {
        text.Append("[]interface {}{");
        var separator = "";
        foreach (var item in value.Items)
        {
            text.Append(separator);
            separator = ", ";
            Append(text, item);
        }

        text.Append('}');
    }

    // Keys of one type are in order, behind those of the types before.
    private static void AppendObject(StringBuilder text, DocumentNode value)
    {
        text.Append("map[interface {}]interface {}{");
        var separator = "";
        var fields = value.Fields.ToArray();
        foreach (var field in fields.OrderBy(static field => field.NameKind).ThenBy(static field => field.NameNumber))
        {
            var name = field.NameKind == DocumentNodeKind.Null ? "interface {}(nil)" : Of(field.NameKind, field.NameNumber, field.Name);
            text.Append(separator).Append(name).Append(':');
            separator = ", ";
            Append(text, field.Value);
        }

        text.Append('}');
    }
}
