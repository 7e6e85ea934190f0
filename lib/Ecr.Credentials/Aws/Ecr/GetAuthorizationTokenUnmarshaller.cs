using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.Runtime.Internal.Util;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Ecr;

/// <summary>Reads the answer of both services: ECR's <c>authorizationData</c> is an array of entries, ECR Public's is one entry.</summary>
internal sealed class GetAuthorizationTokenUnmarshaller : JsonResponseUnmarshaller
{
    public static GetAuthorizationTokenUnmarshaller Instance { get; } = new();

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var document = JsonDocument.Parse(input.Stream);
        var response = new GetAuthorizationTokenResponse();
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("authorizationData"u8, out var data))
        {
            return response;
        }

        if (data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0)
        {
            data = data[0];
        }

        if (data.ValueKind == JsonValueKind.Object)
        {
            response.AuthorizationToken = data.FindText("authorizationToken");
            response.ExpiresAt = ReadTime(data, "expiresAt"u8);
            response.ProxyEndpoint = data.FindText("proxyEndpoint");
        }

        return response;
    }

    public override AmazonServiceException UnmarshallException(JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var reader = new StreamingUtf8JsonReader(input.Stream);
        var error = JsonErrorResponseUnmarshaller.GetInstance().Unmarshall(input, ref reader);
        return new AmazonServiceException(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
    }

    // Unix seconds, possibly with a fraction or exponent. A time out of DateTimeOffset's range is treated as missing.
    private static DateTimeOffset? ReadTime(JsonElement entry, ReadOnlySpan<byte> name) =>
        entry.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out var seconds)
            && seconds >= 0
            && seconds < (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).TotalSeconds
                ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
                : null;
}
