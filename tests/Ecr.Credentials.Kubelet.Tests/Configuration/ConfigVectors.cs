using System.Text;
using System.Text.Json;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

/// <summary>Answers of the kubelet's own code, and what they say about a configuration.</summary>
internal static class ConfigVectors
{
    public static IEnumerable<JsonElement> Read(string file)
    {
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", file)))
        {
            using var row = JsonDocument.Parse(line);
            yield return row.RootElement.Clone();
        }
    }

    public static string Text(this JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    public static byte[] Content(this JsonElement row) =>
        row.TryGetProperty("base64", out var base64) ? base64.GetBytesFromBase64() : Encoding.UTF8.GetBytes(row.Text("text"));

    /// <summary>Writes files, links and modes into a directory.</summary>
    public static void Write(this JsonElement files, string directory)
    {
        foreach (var file in files.EnumerateArray())
        {
            var path = Path.Combine(directory, file.Text("path"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (file.TryGetProperty("link", out var target))
            {
                File.CreateSymbolicLink(path, target.GetString()!);
            }
            else if (file.TryGetProperty("dir", out _))
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                File.WriteAllBytes(path, file.Content());
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(file.TryGetProperty("mode", out var mode) ? mode.GetString() : "644", 8));
                }
            }
        }
    }

    /// <summary>The providers as the rows write them; nanoseconds in steps of 100.</summary>
    public static string Describe(IEnumerable<CredentialProvider> providers) => string.Join('\n', providers.Select(provider => JsonSerializer.Serialize(new
    {
        name = provider.Name,
        images = provider.MatchImages,
        cache = provider.DefaultCacheDuration?.Ticks,
        api = provider.ApiVersion,
        args = provider.Arguments,
        env = provider.Environment.Select(variable => new[] { variable.Name, variable.Value }),
        token = provider.TokenAttributes is not { } token
            ? null
            : new
            {
                audience = token.ServiceAccountTokenAudience,
                cacheType = token.CacheType,
                require = token.RequireServiceAccount,
                required = token.RequiredServiceAccountAnnotationKeys,
                optional = token.OptionalServiceAccountAnnotationKeys,
            },
    })));

    public static string Describe(JsonElement providers) => Describe(providers.EnumerateArray().Select(provider => new CredentialProvider
    {
        Name = provider.Text("name"),
        MatchImages = Texts(provider.GetProperty("images")),
        DefaultCacheDuration = provider.GetProperty("cache") is { ValueKind: JsonValueKind.Number } cache ? new TimeSpan(cache.GetInt64() / 100) : null,
        ApiVersion = provider.Text("api"),
        Arguments = Texts(provider.GetProperty("args")),
        Environment = [.. provider.GetProperty("env").EnumerateArray().Select(pair => new ExecEnvironmentVariable(pair[0].GetString()!, pair[1].GetString()!))],
        TokenAttributes = !provider.TryGetProperty("token", out var token)
            ? null
            : new ServiceAccountTokenAttributes
            {
                ServiceAccountTokenAudience = token.Text("audience"),
                CacheType = token.Text("cacheType"),
                RequireServiceAccount = token.GetProperty("require").ValueKind switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    _ => null,
                },
                RequiredServiceAccountAnnotationKeys = Texts(token.GetProperty("required")),
                OptionalServiceAccountAnnotationKeys = Texts(token.GetProperty("optional")),
            },
    }));

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];
}
