using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Ecr.Credentials.Protocol;

/// <summary>What requests and responses have in common as JSON documents: the frame, the version, strings that may be null.</summary>
internal static class KubeletJson
{
    private const string Group = "credentialprovider.kubelet.k8s.io/";

    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = KubeletJsonEncoder.Instance };

    /// <summary>Reads a field's value; the reader stands on it.</summary>
    public delegate void FieldReader<in TState>(ref Utf8JsonReader reader, string name, TState state);

    public static string ToText(CredentialProviderApiVersion version) => version switch
    {
        CredentialProviderApiVersion.V1 => Group + "v1",
        CredentialProviderApiVersion.V1Beta1 => Group + "v1beta1",
        CredentialProviderApiVersion.V1Alpha1 => Group + "v1alpha1",
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "This version of the protocol does not exist."),
    };

    public static CredentialProviderApiVersion ParseVersion(string? text) => text switch
    {
        Group + "v1" => CredentialProviderApiVersion.V1,
        Group + "v1beta1" => CredentialProviderApiVersion.V1Beta1,
        Group + "v1alpha1" => CredentialProviderApiVersion.V1Alpha1,
        _ => throw new FormatException(
            $"\"apiVersion\" is {QuoteOrMissing(text)}. It must be {Group}v1, v1beta1 or v1alpha1."),
    };

    public static void ExpectKind(string? kind, string expected)
    {
        if (kind != expected)
        {
            throw new FormatException($"\"kind\" is {QuoteOrMissing(kind)}. It must be \"{expected}\".");
        }
    }

    /// <summary>Reads a whole document that must be one JSON object.</summary>
    /// <exception cref="FormatException">It is empty, not JSON, not one object, or <paramref name="readField"/> refuses a field.</exception>
    public static void ReadDocument<TState>(ReadOnlySpan<byte> utf8Json, TState state, FieldReader<TState> readField)
    {
        if (utf8Json.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new FormatException("The document is empty. It must be one JSON object.");
        }

        if (!Utf8.IsValid(utf8Json))
        {
            throw new FormatException("The document is not valid UTF-8. It must be one JSON object in UTF-8.");
        }

        var reader = new Utf8JsonReader(utf8Json);
        try
        {
            reader.Read();
            ReadObject(ref reader, "The document", state, readField);

            // Only white space may follow; anything else makes the reader throw.
            reader.Read();
        }
        catch (JsonException)
        {
            // The reader's own message may repeat a part of the document.
            throw new FormatException($"The document is not valid JSON from byte {reader.BytesConsumed} on. It must be one JSON object.");
        }
    }

    /// <summary>Reads the object that the reader stands on, field by field.</summary>
    public static void ReadObject<TState>(ref Utf8JsonReader reader, string what, TState state, FieldReader<TState> readField)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException($"{what} is {Describe(reader.TokenType)}. It must be an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = ReadText(ref reader);
            reader.Read();
            readField(ref reader, name, state);
        }
    }

    /// <summary>Reads a string; null counts as absent.</summary>
    public static string? ReadString(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.String => ReadText(ref reader),
        JsonTokenType.Null => null,
        _ => throw new FormatException($"{MessageText.Quote(name)} is {Describe(reader.TokenType)}. It must be a string."),
    };

    /// <summary>Writes one document to a stream.</summary>
    public static void WriteTo(Stream output, Action<IBufferWriter<byte>> write)
    {
        ArgumentNullException.ThrowIfNull(output);
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        output.Write(buffer.WrittenSpan);
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The only way for valid UTF-8 to fail: an escaped half of a surrogate pair.
            throw new FormatException("A string holds half of a surrogate pair. Text must be valid Unicode.");
        }
    }

    private static string QuoteOrMissing(string? text) => string.IsNullOrEmpty(text) ? "missing" : MessageText.Quote(text);

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
