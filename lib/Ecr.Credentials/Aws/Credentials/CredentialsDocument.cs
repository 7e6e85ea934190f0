using System.Text.Json;
using Amazon.Runtime;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>
/// The JSON object in which instance metadata, container endpoints and <c>credential_process</c> return credentials. The name of the session token
/// differs.
/// </summary>
internal static class CredentialsDocument
{
    /// <summary>The credentials in the document.</summary>
    /// <param name="json">The document.</param>
    /// <param name="tokenName">The name of the session token.</param>
    /// <exception cref="FormatException">
    /// The document is not JSON, reports a failure, or has no keys. The message contains nothing of it but the failure's code.
    /// </exception>
    public static ImmutableCredentials Read(ReadOnlyMemory<byte> json, string tokenName)
    {
        try
        {
            using var document = JsonText.Parse(json);
            return Read(document.RootElement, tokenName);
        }
        catch (JsonException)
        {
            // Its message may quote the document.
            throw new FormatException("not JSON");
        }
    }

    /// <summary>The credentials in the document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="tokenName">The name of the session token.</param>
    /// <exception cref="FormatException">The document reports a failure, or has no keys. The message contains nothing of it but the failure's code.</exception>
    public static ImmutableCredentials Read(JsonElement document, string tokenName)
    {
        // The instance metadata service reports failures with HTTP 200, for example if the role does not trust EC2.
        if (document.FindText("Code") is { } code and not "Success")
        {
            throw new FormatException($"code {MessageText.Quote(code)}");
        }

        var accessKey = document.FindText("AccessKeyId");
        var secretKey = document.FindText("SecretAccessKey");
        return accessKey is null || secretKey is null
            ? throw new FormatException("AccessKeyId or SecretAccessKey is missing")
            : new ImmutableCredentials(accessKey, secretKey, document.FindText(tokenName));
    }
}
