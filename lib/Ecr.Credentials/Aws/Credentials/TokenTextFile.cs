using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>A file that contains a token and nothing else.</summary>
internal static class TokenTextFile
{
    /// <summary>The token, without leading and trailing whitespace.</summary>
    /// <exception cref="EcrCredentialException">The file cannot be read, or is empty.</exception>
    public static string Read(string path)
    {
        try
        {
            var token = SettingsFile.ReadText(path).Trim();
            return token.Length > 0 ? token : throw EcrCredentialException.InvalidConfiguration($"the token file {MessageText.Quote(path)} is empty");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw EcrCredentialException.InvalidConfiguration(
                $"cannot read the token file {MessageText.Quote(path)}: {MessageText.OneLine(e.Message)}", e);
        }
    }
}
