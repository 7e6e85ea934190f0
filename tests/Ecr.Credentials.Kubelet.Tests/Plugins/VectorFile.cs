using System.Text.Json;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>Reads the files of Vectors: the kubelet's own answers.</summary>
internal static class VectorFile
{
    public static IEnumerable<string[]> ReadTable(string name) =>
        File.ReadAllText(PathOf(name)).Split('\n').Skip(1).SkipLast(1).Select(line => line.Split('\t'));

    public static IEnumerable<JsonElement> ReadObjects(string name) => File.ReadLines(PathOf(name)).Select(line => JsonElement.Parse(line));

    public static Lazy<Dictionary<string, JsonElement>> ReadByName(string name) =>
        new(() => ReadObjects(name).ToDictionary(item => item.Text("name"), StringComparer.Ordinal));

    public static string PathOf(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "Vectors", name);

    /// <summary>The text of a cell, in which tabs, line feeds and backslashes are escaped.</summary>
    public static string Unescape(string cell) =>
        cell.Replace("\\\\", "\u0001", StringComparison.Ordinal)
            .Replace("\\t", "\t", StringComparison.Ordinal)
            .Replace("\\n", "\n", StringComparison.Ordinal)
            .Replace('\u0001', '\\');

    public static string Text(this JsonElement element, string name, string missing = "") =>
        element.TryGetProperty(name, out var value) ? value.GetString()! : missing;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static IEnumerable<string> Texts(this JsonElement element, string name) => element.Items(name).Select(item => item.GetString() ?? "");

    public static IReadOnlyDictionary<string, string> Map(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
            ? value.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetString()!, StringComparer.Ordinal)
            : new Dictionary<string, string>();
}
