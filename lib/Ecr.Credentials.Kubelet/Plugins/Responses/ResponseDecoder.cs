using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Plugins.Responses;

/// <summary>Decodes what a plugin has written to standard output in the two steps of the kubelet, with the kubelet's error texts.</summary>
/// <remarks>
/// First the version is read, forgivingly, and must be the configured one; then the response is decoded strictly. Of the second step the kubelet says only
/// that it failed, because the decoder's error could hold a password. Rules: <see href="https://pkg.go.dev/encoding/json#Unmarshal"/>,
/// <see href="https://pkg.go.dev/sigs.k8s.io/json#UnmarshalStrict"/>.
/// </remarks>
internal static class ResponseDecoder
{
    private const string Kind = "CredentialProviderResponse";
    private const string StrictError = "error decoding credential provider plugin response from stdout";
    private const string TypeMetaStruct =
        """struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }""";

    /// <summary>Decodes a response.</summary>
    /// <param name="output">Everything that the plugin has written to standard output.</param>
    /// <param name="apiVersion">The configured version, such as <c>credentialprovider.kubelet.k8s.io/v1</c>.</param>
    /// <param name="error">What the kubelet says; null if there is a response.</param>
    /// <param name="detail">What is wrong, where the kubelet does not say it; holds no credential.</param>
    /// <returns>The response, or null.</returns>
    public static PluginResponse? Decode(ReadOnlySpan<byte> output, string apiVersion, out string? error, out string? detail)
    {
        detail = null;
        error = ReadTypeMeta(output, out var version, out var kind);
        if (error is not null)
        {
            error = $"error reading GVK from response: {error}";
            return null;
        }

        if (version != apiVersion)
        {
            error = $"apiVersion from credential plugin response did not match expected apiVersion:{apiVersion}, actual apiVersion:{version}";
            return null;
        }

        try
        {
            return ReadResponse(output, kind);
        }
        catch (FormatException e)
        {
            error = StrictError;
            detail = e.Message;
            return null;
        }
    }

    /// <summary>The passwords that a text holds if it is a response, also one that is refused. They must not be shown where the text may be repeated.</summary>
    public static IReadOnlyList<string> FindPasswords(ReadOnlySpan<byte> output)
    {
        if (GoJsonSyntax.Check(output) is not null)
        {
            return [];
        }

        var passwords = new List<string>();
        var reader = new GoJsonReader(output);
        if (reader.Peek() != GoJsonValue.Object)
        {
            return [];
        }

        reader.Begin();
        while (reader.NextField(out var name))
        {
            if (reader.Peek() != GoJsonValue.Object)
            {
                reader.Skip();
                continue;
            }

            reader.Begin();
            while (reader.NextField(out _))
            {
                FindPasswords(ref reader, passwords);
            }
        }

        return passwords;
    }

    private static void FindPasswords(ref GoJsonReader reader, List<string> passwords)
    {
        if (reader.Peek() != GoJsonValue.Object)
        {
            reader.Skip();
            return;
        }

        reader.Begin();
        while (reader.NextField(out _))
        {
            if (reader.Peek() == GoJsonValue.String)
            {
                passwords.Add(reader.ReadString());
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static string? ReadTypeMeta(ReadOnlySpan<byte> output, out string version, out string kind)
    {
        version = "";
        kind = "";
        var error = GoJsonSyntax.Check(output)?.Text ?? Unmarshal(output, ref version, ref kind);
        if (error is not null)
        {
            return $"couldn't get version/kind; json parse error: {error}";
        }

        var slash = version.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && version.IndexOf('/', slash + 1) >= 0)
        {
            return $"unexpected GroupVersion string: {version}";
        }

        // A version is printed with its group only if there is one.
        version = slash == 0 ? version[1..] : version;
        return null;
    }

    // Names of fields are compared without their case, the last of two equal ones wins, null leaves what there is, and the first value of a wrong type
    // is the error.
    private static string? Unmarshal(ReadOnlySpan<byte> output, ref string version, ref string kind)
    {
        var reader = new GoJsonReader(output);
        var value = reader.Peek();
        if (value != GoJsonValue.Object)
        {
            return value == GoJsonValue.Null ? null : $"json: cannot unmarshal {Describe(value)} into Go value of type {TypeMetaStruct}";
        }

        string? error = null;
        reader.Begin();
        while (reader.NextField(out var name))
        {
            var isVersion = IsField(name, "apiVersion");
            if (!isVersion && !IsField(name, "kind"))
            {
                reader.Skip();
                continue;
            }

            value = reader.Peek();
            if (value != GoJsonValue.String)
            {
                error ??= value == GoJsonValue.Null
                    ? null
                    : $"json: cannot unmarshal {Describe(value)} into Go struct field .{(isVersion ? "apiVersion" : "kind")} of type string";
                reader.Skip();
            }
            else if (isVersion)
            {
                version = reader.ReadString();
            }
            else
            {
                kind = reader.ReadString();
            }
        }

        return error;
    }

    // Besides the two cases of each letter Go takes the two characters whose lower case is an ASCII letter: the long s and the Kelvin sign.
    private static bool IsField(string name, string field) =>
        name.Length == field.Length && string.Equals(name.Replace('\u017f', 's').Replace('\u212a', 'k'), field, StringComparison.OrdinalIgnoreCase);

    private static PluginResponse ReadResponse(ReadOnlySpan<byte> output, string kind)
    {
        if (kind != Kind)
        {
            throw new FormatException($"\"kind\" is {(kind.Length == 0 ? "missing" : MessageText.Quote(kind))}; expected \"{Kind}\"");
        }

        var cacheKeyType = "";
        string? cacheDuration = null;
        var auth = new List<KeyValuePair<string, RegistryCredential>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var reader = new GoJsonReader(output);
        reader.Peek();
        reader.Begin();
        while (reader.NextField(out var name))
        {
            ExpectNew(seen, name, "the response");
            switch (name)
            {
                case "kind" or "apiVersion":
                    ReadString(ref reader, name);
                    break;
                case "cacheKeyType":
                    cacheKeyType = ReadString(ref reader, name) ?? "";
                    break;
                case "cacheDuration":
                    cacheDuration = ReadString(ref reader, name);
                    break;
                case "auth":
                    ReadAuth(ref reader, auth);
                    break;
                default:
                    throw UnknownField(name, "the response");
            }
        }

        return new PluginResponse(cacheKeyType, cacheDuration is null ? null : ParseDuration(cacheDuration), auth);
    }

    private static void ReadAuth(ref GoJsonReader reader, List<KeyValuePair<string, RegistryCredential>> auth)
    {
        if (!IsObject(ref reader, "\"auth\""))
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        reader.Begin();
        while (reader.NextField(out var key))
        {
            ExpectNew(seen, key, "\"auth\"");
            auth.Add(new KeyValuePair<string, RegistryCredential>(key, ReadAuthConfig(ref reader, key)));
        }
    }

    private static RegistryCredential ReadAuthConfig(ref GoJsonReader reader, string key)
    {
        var where = $"the entry {MessageText.Quote(AuthKey.WithoutUserinfo(key))} of \"auth\"";
        string? username = null;
        string? password = null;
        if (IsObject(ref reader, where))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            reader.Begin();
            while (reader.NextField(out var name))
            {
                ExpectNew(seen, name, where);
                switch (name)
                {
                    case "username":
                        username = ReadString(ref reader, name);
                        break;
                    case "password":
                        password = ReadString(ref reader, name);
                        break;
                    default:
                        throw UnknownField(name, where);
                }
            }
        }

        return new RegistryCredential(username ?? "", password ?? "");
    }

    private static bool IsObject(ref GoJsonReader reader, string what)
    {
        var value = reader.Peek();
        if (value == GoJsonValue.Null)
        {
            reader.Skip();
        }

        return value switch
        {
            GoJsonValue.Object => true,
            GoJsonValue.Null => false,
            _ => throw new FormatException($"{what} is of type {Describe(value)}; expected an object"),
        };
    }

    private static string? ReadString(ref GoJsonReader reader, string name)
    {
        var value = reader.Peek();
        if (value == GoJsonValue.String)
        {
            return reader.ReadString();
        }

        if (value != GoJsonValue.Null)
        {
            throw new FormatException($"\"{name}\" is of type {Describe(value)}; expected a string");
        }

        reader.Skip();
        return null;
    }

    private static TimeSpan ParseDuration(string text) =>
        GoDuration.TryParse(text, out var duration)
            ? duration
            : throw new FormatException($"\"cacheDuration\" is {MessageText.Quote(text)}; expected a duration such as 30s, 1m30s or 12h");

    private static void ExpectNew(HashSet<string> seen, string name, string where)
    {
        if (!seen.Add(name))
        {
            throw new FormatException($"{where} has the field {MessageText.Quote(AuthKey.WithoutUserinfo(name))} twice");
        }
    }

    private static FormatException UnknownField(string name, string where) =>
        new($"{where} has the unknown field {MessageText.Quote(name)}; field names are case-sensitive");

    private static string Describe(GoJsonValue value) => value switch
    {
        GoJsonValue.Object => "object",
        GoJsonValue.Array => "array",
        GoJsonValue.String => "string",
        GoJsonValue.Number => "number",
        GoJsonValue.Bool => "bool",
        _ => "null",
    };
}
