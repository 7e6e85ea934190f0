using System.Text.Json;
using Amazon.Runtime;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

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
            return Read(document.RootElement, tokenName);
        }
        catch (JsonException)
        {
            // Its message may quote the document.
            throw new FormatException("it is not JSON");
        }
    }

    /// <summary>The credentials in the document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="tokenName">The name of the session token.</param>
    /// <exception cref="FormatException">It tells a failure, or has no keys. The message holds nothing of it but the failure's code.</exception>
    public static ImmutableCredentials Read(JsonElement document, string tokenName)
    {
        // Instance metadata tell so, with HTTP 200, why there are none: the role does not trust EC2, for example.
        if (document.FindText("Code") is { } code and not "Success")
        {
            throw new FormatException($"its code is {MessageText.Quote(code)}");
        }

        var accessKey = document.FindText("AccessKeyId");
        var secretKey = document.FindText("SecretAccessKey");
        return accessKey is null || secretKey is null
            ? throw new FormatException("it has no AccessKeyId and SecretAccessKey")
            : new ImmutableCredentials(accessKey, secretKey, document.FindText(tokenName));
    }
}
