using System.Text.Json;
using System.Text.Unicode;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>Reads what requests and responses have in common: one JSON object in UTF-8 whose strings may be null.</summary>
internal static class StrictJson
{
    /// <exception cref="FormatException">The document is empty or not valid UTF-8.</exception>
    public static void ExpectText(ReadOnlySpan<byte> utf8Json)
    {
        if (IsWhiteSpace(utf8Json))
        {
            throw new FormatException("the document is empty. It must be one JSON object.");
        }

        if (!Utf8.IsValid(utf8Json))
        {
            throw new FormatException("the document is not valid UTF-8. It must be one JSON object in UTF-8.");
        }
    }

    /// <summary>Creates the exception to throw instead of a <see cref="JsonException"/>, whose message may contain part of the document.</summary>
    public static FormatException NotJson(Utf8JsonReader reader) =>
        new($"the document is not valid JSON at byte {reader.BytesConsumed}. It must be one JSON object.");

    /// <summary>
    /// Creates the exception to throw instead of an <see cref="InvalidOperationException"/>, which the reader throws for text that it cannot decode or
    /// compare. In valid UTF-8 this can only be an escaped lone surrogate.
    /// </summary>
    public static FormatException NotUnicode() => new("a string contains a lone surrogate. Text must be valid Unicode.");

    /// <summary>Moves into the document's object.</summary>
    public static void BeginDocument(ref Utf8JsonReader reader)
    {
        reader.Read();
        ExpectObject(ref reader, "the document");
    }

    /// <summary>Throws a <see cref="JsonException"/> if anything but whitespace follows the document's object.</summary>
    public static void EndDocument(ref Utf8JsonReader reader) => reader.Read();

    public static void ExpectObject(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException($"{what} is {Describe(reader.TokenType)}. It must be an object.");
        }
    }

    /// <summary>Moves to the name of the next field; returns false at the end of the object.</summary>
    public static bool NextField(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Reads the name of the current field and moves to its value.</summary>
    public static string ReadName(ref Utf8JsonReader reader)
    {
        var name = ReadText(ref reader);
        reader.Read();
        return name;
    }

    /// <summary>Reads a string; JSON null is treated as a missing field.</summary>
    public static string? ReadString(ref Utf8JsonReader reader, string name) => IsString(ref reader, name) ? ReadText(ref reader) : null;

    /// <summary>Whether the value is a string, not null.</summary>
    /// <exception cref="FormatException">The value is neither a string nor null.</exception>
    public static bool IsString(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.String => true,
        JsonTokenType.Null => false,
        _ => throw new FormatException($"{MessageText.Quote(name)} is {Describe(reader.TokenType)}. It must be a string."),
    };

    private static bool IsWhiteSpace(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (c is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                return false;
            }
        }

        return true;
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw NotUnicode();
        }
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        _ => "null",
    };
}
