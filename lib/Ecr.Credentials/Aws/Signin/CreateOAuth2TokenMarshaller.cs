using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>Writes the call in AWS REST JSON.</summary>
internal sealed class CreateOAuth2TokenMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public const string Path = "/v1/token";

    public static CreateOAuth2TokenMarshaller Instance { get; } = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var request = new DefaultRequest(input, "Amazon.Signin")
        {
            HttpMethod = "POST",
            ResourcePath = Path,
            Content = Write((CreateOAuth2TokenRequest)input),
        };
        request.Headers["Content-Type"] = "application/json";
        return request;
    }

    private static byte[] Write(CreateOAuth2TokenRequest request)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("clientId"u8, request.ClientId);
            json.WriteString("grantType"u8, "refresh_token"u8);
            json.WriteString("refreshToken"u8, request.RefreshToken);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
