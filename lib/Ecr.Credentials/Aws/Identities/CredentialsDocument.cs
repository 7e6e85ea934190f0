using System.Text.Json;
using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Identities;

/// <summary>
/// The JSON object in which instance metadata, container endpoints and <c>credential_process</c> write credentials. Each calls the session token
/// by another name.
/// </summary>
internal static class CredentialsDocument
{
    /// <summary>The credentials in the document.</summary>
    /// <param name="json">The document.</param>
    /// <param name="tokenName">The name of the session token.</param>
    /// <exception cref="FormatException">It is not JSON, tells a failure, or has no keys. The message holds nothing of it but the failure's code.</exception>
    public static ImmutableCredentials Read(ReadOnlyMemory<byte> json, string tokenName)
    {
        try
        {
            using var document = JsonDocument.Parse(json);

            // Instance metadata tell so, with HTTP 200, why there are none: the role does not trust EC2, for example.
            return document.RootElement.FindText("Code") is { } code and not "Success"
                ? throw new FormatException($"its code is {MessageText.Quote(code)}")
                : Read(document.RootElement, tokenName);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The first may quote the document; the second is thrown for text that is not UTF-8.
            throw new FormatException("it is not JSON");
        }
    }

    /// <summary>The credentials in the document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="tokenName">The name of the session token.</param>
    /// <exception cref="FormatException">It has no keys. The message holds none of it.</exception>
    public static ImmutableCredentials Read(JsonElement document, string tokenName)
    {
        var accessKey = document.FindText("AccessKeyId");
        var secretKey = document.FindText("SecretAccessKey");
        return accessKey is null || secretKey is null
            ? throw new FormatException("it has no AccessKeyId and SecretAccessKey")
            : new ImmutableCredentials(accessKey, secretKey, document.FindText(tokenName));
    }
}
