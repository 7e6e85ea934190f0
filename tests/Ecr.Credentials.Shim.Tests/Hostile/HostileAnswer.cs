using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>The answer of a working service, and ways to spoil its document.</summary>
/// <param name="StatusCode">The status.</param>
/// <param name="ContentType">The type of the document: JSON, XML or text.</param>
/// <param name="Body">The document.</param>
internal sealed record HostileAnswer(int StatusCode, string ContentType, byte[] Body)
{
    private const string Placeholder = "@spoiled@";

    public bool IsXml => ContentType.Contains("xml", StringComparison.Ordinal);

    // Metadata and container endpoints send JSON as text.
    public bool IsJson => !IsXml && Body is [(byte)'{', ..];

    /// <summary>Copies of the document, each with another value in place of one of the original ones.</summary>
    /// <param name="value">The kind of value.</param>
    /// <param name="isReplaced">Selects the values by their names; all if omitted.</param>
    public IReadOnlyList<byte[]> Spoil(HostileValue value, Func<string, bool>? isReplaced = null)
    {
        if (IsJson)
        {
            var fields = Fields(JsonNode.Parse(Body)!).Where(field => isReplaced?.Invoke(Name(field)) != false).ToList();
            var encoded = value.Plain("").Any(char.IsControl) ? fields.Where(field => Name(field) == "authorizationToken") : [];
            return [.. fields.Select(field => Replace(field, value)), .. encoded.Select(field => ReplaceWithin(field, value))];
        }

        if (!IsXml)
        {
            return [Encoding.UTF8.GetBytes(value.Plain(Encoding.UTF8.GetString(Body)))];
        }

        var count = Elements(XDocument.Parse(Encoding.UTF8.GetString(Body))).Count();
        return [.. Enumerable.Range(0, count).Select(index => Replace(index, value, isReplaced)).OfType<byte[]>()];
    }

    private static string Name(JsonNode field) => field.Parent is JsonArray ? "" : field.GetPropertyName();

    private static IEnumerable<JsonValue> Fields(JsonNode node) => node switch
    {
        JsonObject parent => parent.SelectMany(member => Fields(member.Value!)),
        JsonArray parent => parent.SelectMany(item => Fields(item!)),
        _ => [node.AsValue()],
    };

    private static IEnumerable<XElement> Elements(XDocument document) => document.Descendants().Where(element => !element.HasElements);

    private static byte[] Replace(JsonValue field, HostileValue value)
    {
        var original = field.ToString();
        var root = field.Root;
        var copy = JsonNode.Parse(root.ToJsonString())!;
        var index = Fields(root).TakeWhile(other => other != field).Count();
        Fields(copy).ElementAt(index).ReplaceWith(Placeholder);
        return Encoding.UTF8.GetBytes(copy.ToJsonString().Replace($"\"{Placeholder}\"", value.Json(original), StringComparison.Ordinal));
    }

    // The password is encoded.
    private static byte[] ReplaceWithin(JsonValue field, HostileValue value)
    {
        var spoiled = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.Plain(Encoding.UTF8.GetString(Convert.FromBase64String(field.ToString())))));
        return Replace(field, new HostileValue(value.Name, _ => $"\"{spoiled}\"", _ => spoiled));
    }

    private byte[]? Replace(int index, HostileValue value, Func<string, bool>? isReplaced)
    {
        var document = XDocument.Parse(Encoding.UTF8.GetString(Body));
        var element = Elements(document).ElementAt(index);
        if (isReplaced?.Invoke(element.Name.LocalName) == false)
        {
            return null;
        }

        var original = element.Value;
        element.Value = Placeholder;
        return Encoding.UTF8.GetBytes(document.ToString().Replace(Placeholder, value.Xml(original), StringComparison.Ordinal));
    }
}
