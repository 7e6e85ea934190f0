using System.Text.Json;

namespace Ecr.Credentials.Text;

/// <summary>Reading of JSON that others wrote, which may be anything.</summary>
internal static class JsonElementExtensions
{
    /// <summary>
    /// The string value of a property; <see langword="null"/> if the element is not an object, or the property is missing, empty or not a string.
    /// </summary>
    public static string? FindText(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        try
        {
            return value.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Not valid UTF-8, or half of a surrogate pair, which the parser accepts.
            return null;
        }
    }
}
