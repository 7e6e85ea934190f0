using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ecr.Emulator.Commands;

/// <summary>A plugin's output for display, with shortened passwords.</summary>
internal sealed record ShownResponse(string Text, IReadOnlyList<string> Passwords)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ShownResponse Parse(ReadOnlySpan<byte> output)
    {
        if (output.Length == 0)
        {
            return new ShownResponse("none: the plugin wrote no response", []);
        }

        try
        {
            if (JsonNode.Parse(Encoding.UTF8.GetString(output)) is JsonObject response)
            {
                var passwords = ShortenPasswords(response);
                return new ShownResponse(response.ToJsonString(Relaxed), passwords);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Reported below without quoting the output, which may contain a secret in an unexpected place.
        }

        return new ShownResponse(string.Create(CultureInfo.InvariantCulture, $"{output.Length} bytes that are not a CredentialProviderResponse"), []);
    }

    private static List<string> ShortenPasswords(JsonObject response)
    {
        var passwords = new List<string>();
        foreach (var entry in (response["auth"] as JsonObject ?? []).Select(auth => auth.Value).OfType<JsonObject>())
        {
            if (entry["password"]?.GetValue<string>() is { } password)
            {
                passwords.Add(password);
                entry["password"] = Shorten(password);
            }
        }

        return passwords;
    }

    private static string Shorten(string password) =>
        string.Create(CultureInfo.InvariantCulture, $"{password[..Math.Min(4, password.Length)]}…({password.Length} characters)");
}
