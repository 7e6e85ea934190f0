using System.Globalization;
using System.Text;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens.Files;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Shim;

/// <summary>Shows or removes what is kept between runs. Passwords are never shown.</summary>
internal static class CacheCommand
{
    /// <param name="action"><c>show</c> or <c>clear</c>.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="logger">Receives diagnostics.</param>
    /// <returns>The text to print.</returns>
    /// <exception cref="FormatException">The action is another.</exception>
    public static string Run(string action, CacheDirectory directory, ILogger logger) => action switch
    {
        "show" => directory.Path is { } path ? Show(path, new TokenDirectory(path, logger)) : NoCache,
        "clear" => directory.Path is { } path ? Clear(path, new TokenDirectory(path, logger)) : NoCache,
        _ => throw new FormatException($"unknown action {MessageText.Quote(action)}: expected show or clear"),
    };

    private static string NoCache => "no cache directory: passwords are not cached";

    private static string Show(string path, TokenDirectory directory)
    {
        var text = new StringBuilder();
        foreach (var token in directory.EnumerateTokens().OrderBy(token => token.Key, StringComparer.Ordinal))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{MessageText.Path(token.Registry)}, {MessageText.Path(token.Identity)}, expires {token.ExpiresAt:u}: {MessageText.Path(token.Path)}\n");
        }

        return text.Length > 0 ? text.ToString().TrimEnd('\n') : $"no cached passwords in {MessageText.Path(path)}";
    }

    private static string Clear(string path, TokenDirectory directory) =>
        string.Create(CultureInfo.InvariantCulture, $"removed {directory.Remove(registry: null)} cached passwords from {MessageText.Path(path)}");
}
