using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>A file that holds a token and nothing else.</summary>
internal static class TokenTextFile
{
    /// <summary>The token, without blanks and line breaks around it.</summary>
    /// <exception cref="EcrCredentialException">The file cannot be read, or is empty.</exception>
    public static string Read(string path)
    {
        try
        {
            var token = File.ReadAllText(path).Trim();
            return token.Length > 0 ? token : throw Misconfigured($"The token file {MessageText.Quote(path)} is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Misconfigured($"The token file {MessageText.Quote(path)} cannot be read: {MessageText.OneLine(e.Message)}", e);
        }
    }

    private static EcrCredentialException Misconfigured(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);
}
