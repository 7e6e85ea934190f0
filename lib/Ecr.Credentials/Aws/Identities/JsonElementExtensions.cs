using System.Text.Json;

namespace Ecr.Credentials.Aws.Identities;

internal static class JsonElementExtensions
{
    /// <summary>The text of an object's member; <see langword="null"/> if it is missing, empty or no text, or if there is no object.</summary>
    public static string? FindText(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
