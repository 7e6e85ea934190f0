using System.Text.Json;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>A file in which clients of registries look up where passwords come from. Passwords in it are not kept.</summary>
/// <remarks>
/// Formats: <see href="https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties"/> and
/// <see href="https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md"/>.
/// </remarks>
internal sealed class ClientFile
{
    public const string Helpers = "credHelpers";
    public const string Store = "credsStore";

    private const int MaxLength = 1 << 20;

    // What people write instead.
    private static readonly (string Wrong, string Right)[] Misspelled =
    [
        ("credHelper", Helpers), ("credhelpers", Helpers), ("credHelpers ", Helpers), ("credentialHelpers", Helpers), ("credentialHelper", Helpers),
        ("credsHelpers", Helpers), ("cred_helpers", Helpers), ("credStore", Store), ("credsstore", Store), ("credsStores", Store),
        ("credentialsStore", Store), ("credentialStore", Store),
    ];

    private ClientFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>Why clients cannot use the file; null if they can.</summary>
    public string? Error { get; private init; }

    /// <summary>The helpers by host.</summary>
    public IReadOnlyDictionary<string, string> HelperByHost { get; private init; } = new Dictionary<string, string>();

    /// <summary>The helper for all other hosts; null if there is none.</summary>
    public string? StoreHelper { get; private init; }

    /// <summary>The hosts whose passwords are in the file itself, as a login leaves them.</summary>
    public IReadOnlyList<string> Logins { get; private init; } = [];

    /// <summary>A field that no client knows, and the one that was meant; null if there is none.</summary>
    public (string Wrong, string Right)? Mistake { get; private init; }

    /// <summary>Reads a file; null if there is none.</summary>
    public static ClientFile? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(Interop.LimitedFile.ReadAllBytes(path, MaxLength));
            return Read(path, document.RootElement);
        }
        catch (JsonException exception)
        {
            var place = exception.LineNumber is { } line ? FormattableString.Invariant($" (line {line + 1})") : "";
            return new ClientFile(path) { Error = $"is not valid JSON{place}" };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new ClientFile(path) { Error = $"cannot be read: {MessageText.OneLine(exception.Message)}" };
        }
    }

    private static ClientFile Read(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new ClientFile(path) { Error = "is not a JSON object" };
        }

        if (IsWrong(root, Helpers, JsonValueKind.Object) || IsWrong(root, Store, JsonValueKind.String) || IsWrong(root, "auths", JsonValueKind.Object))
        {
            return new ClientFile(path) { Error = $"has a field of another type: \"{Helpers}\" and \"auths\" are objects, \"{Store}\" is a string" };
        }

        var helpers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var helper in Members(root, Helpers))
        {
            if (helper.Value.ValueKind != JsonValueKind.String)
            {
                return new ClientFile(path) { Error = $"names the helper of {MessageText.Quote(helper.Name)} by something else than a string" };
            }

            helpers[helper.Name] = helper.Value.GetString()!;
        }

        return new ClientFile(path)
        {
            HelperByHost = helpers,
            StoreHelper = root.TryGetProperty(Store, out var store) && store.GetString() is { Length: > 0 } name ? name : null,
            Logins = [.. Members(root, "auths").Where(login => HasPassword(login.Value)).Select(login => login.Name)],
            Mistake = Array.Find(Misspelled, field => root.TryGetProperty(field.Wrong, out _)) is { Wrong: not null } mistake ? mistake : null,
        };
    }

    private static bool IsWrong(JsonElement root, string name, JsonValueKind kind) =>
        root.TryGetProperty(name, out var value) && value.ValueKind != kind && value.ValueKind != JsonValueKind.Null;

    private static JsonElement.ObjectEnumerator Members(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default;

    // docker leaves an empty entry for each host whose password is in a store.
    private static bool HasPassword(JsonElement login) =>
        login.ValueKind == JsonValueKind.Object
        && login.EnumerateObject().Any(field => field.Name is "auth" or "password" or "identitytoken" && field.Value.ValueKind == JsonValueKind.String
            && field.Value.GetString()!.Length > 0);
}
