using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>Reads the response, or the error as OAuth 2.0 names it: <c>TOKEN_EXPIRED</c> and so on.</summary>
internal sealed class CreateOAuth2TokenUnmarshaller : JsonResponseUnmarshaller
{
    public static CreateOAuth2TokenUnmarshaller Instance { get; } = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var document = JsonDocument.Parse(input.Stream);
        var root = document.RootElement;
        return new CreateOAuth2TokenResponse
        {
            Credentials = ReadCredentials(root),
            RefreshToken = root.FindText("refreshToken"),
            ExpiresIn = root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("expiresIn"u8, out var seconds)
                && seconds.ValueKind == JsonValueKind.Number
                && seconds.TryGetInt32(out var number)
                    ? number
                    : null,
        };
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var code = ReadCode(input.ResponseData.GetHeaderValue("x-amzn-ErrorType"));
        string? message = null;
        try
        {
            using var document = JsonDocument.Parse(input.Stream);
            code = document.RootElement.FindText("error") ?? code;
            message = document.RootElement.FindText("message");
        }
        catch (JsonException)
        {
            // The status and the header say enough.
        }

        var requestId = input.ResponseData.GetHeaderValue("x-amzn-RequestId");
        return new AmazonServiceException(message ?? "", innerException, ErrorType.Unknown, code, requestId, statusCode);
    }

    // A header such as "ns#ThrottlingException:http://…": https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization
    private static string? ReadCode(string? header) => header?.Split(':')[0].Split('#')[^1];

    private static ImmutableCredentials? ReadCredentials(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("accessToken"u8, out var token)
            && token.FindText("accessKeyId") is { } accessKey
            && token.FindText("secretAccessKey") is { } secretKey
            && token.FindText("sessionToken") is { } sessionToken
            ? new ImmutableCredentials(accessKey, secretKey, sessionToken)
            : null;
}
