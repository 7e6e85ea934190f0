using System.Text.Json;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>JSON text of programs, services and files.</summary>
internal static class JsonText
{
    /// <summary>Parses JSON, with or without a byte order mark, which PowerShell and other tools of Windows write.</summary>
    /// <exception cref="JsonException">The text is not JSON. The message may quote it.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) =>
        JsonDocument.Parse(json.Span.StartsWith("\uFEFF"u8) ? json["\uFEFF"u8.Length..] : json);
}
