using System.Text.Json;

namespace Ecr.Credentials.Aws.Credentials;

internal static class JsonElementExtensions
{
    /// <summary>The text of an object's member; <see langword="null"/> if it is missing, empty or no text, or if there is no object.</summary>
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
            // Not UTF-8, or half of a surrogate pair, which the parser lets pass.
            return null;
        }
    }
}
