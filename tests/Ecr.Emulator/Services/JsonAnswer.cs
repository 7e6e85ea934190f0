using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ecr.Emulator.Services;

/// <summary>Responses in the AWS JSON 1.1 protocol.</summary>
internal static class JsonAnswer
{
    public const string ContentType = "application/x-amz-json-1.1";

    /// <summary>As AWS writes it: base64 plus signs are not escaped.</summary>
    private static readonly JsonWriterOptions PlainText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Answer Success(Action<Utf8JsonWriter> writeMembers) => new(200, ContentType, Write(writeMembers));

    public static Answer Error(AwsError error) => new(error.StatusCode, ContentType, Write(json =>
    {
        json.WriteString("__type", error.Code);

        // IAM's errors capitalize this member, the services' own errors do not.
        json.WriteString(error.Code is "AccessDeniedException" ? "Message" : "message", error.Message);
    }))
    { ErrorCode = error.Code };

    /// <summary>The request does not name an operation of the service.</summary>
    public static Answer UnknownOperation() => new(400, ContentType, Write(json =>
        json.WriteString("__type", "com.amazon.coral.service#UnknownOperationException")))
    { ErrorCode = "UnknownOperationException" };

    public static byte[] Write(Action<Utf8JsonWriter> writeMembers)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, PlainText))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
