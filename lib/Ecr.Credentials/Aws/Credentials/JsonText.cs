using System.Text.Json;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>JSON text of programs, services and files.</summary>
internal static class JsonText
{
    /// <summary>Parses JSON, with or without a byte order mark, which PowerShell and other tools of Windows write.</summary>
    /// <exception cref="JsonException">The text is not JSON. The message may quote it.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        var text = json.Span.StartsWith("\uFEFF"u8) ? json["\uFEFF"u8.Length..] : json;
        CheckNames(text.Span);
        return JsonDocument.Parse(text);
    }

    // The parser accepts names that are not valid UTF-8 or contain half of a surrogate pair, and a search for a name throws when it passes one.
    private static void CheckNames(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("a name is not valid text", e);
        }
    }
}
