using System.Text.Json;

namespace Ecr.Emulator.Services;

/// <summary>Responses in the AWS REST JSON protocol, which reports the error code in a header.</summary>
internal static class RestJsonAnswer
{
    public const string ContentType = "application/json";

    public static Answer Success(Action<Utf8JsonWriter> writeMembers) => new(200, ContentType, JsonAnswer.Write(writeMembers));

    public static Answer Error(AwsError error) => Error(error, json => json.WriteString("message", error.Message));

    public static Answer Error(AwsError error, Action<Utf8JsonWriter> writeMembers) => new(error.StatusCode, ContentType, JsonAnswer.Write(writeMembers))
    {
        ErrorCode = error.Code,

        // The services append an internal URL.
        Headers = new Dictionary<string, string> { ["x-amzn-ErrorType"] = error.Code + ":http://internal.amazon.com/coral/" },
    };
}
