using System.Buffers;

namespace Ecr.Credentials.Kubelet.Configuration.Validation;

/// <summary>Keys of annotations.</summary>
/// <remarks><see href="https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set"/></remarks>
internal static class QualifiedName
{
    private const int MaxNameLength = 63;
    private const int MaxPrefixLength = 253;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private const string Example = "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'";

    private const string Characters = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    /// <summary>What is wrong with a key, in the words of Kubernetes. Case does not matter.</summary>
    public static List<string> Validate(string key)
    {
        var errors = new List<string>();
        key = string.Create(key.Length, key, (lower, text) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                // As in Go, the Kelvin sign and the I with a dot are lower-cased to ASCII.
                lower[i] = text[i] switch { '\u212a' => 'k', '\u0130' => 'i', var c => char.ToLowerInvariant(c) };
            }
        });
        var parts = key.Split('/');
        var name = parts[^1];
        if (parts.Length > 2)
        {
            return
            [
                $"a valid label key {Characters} {Example}) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
            ];
        }

        if (parts.Length == 2)
        {
            ValidatePrefix(parts[0], errors);
        }

        if (name.Length == 0)
        {
            errors.Add("name part must be non-empty");
        }
        else if (Utf8Length(name) > MaxNameLength)
        {
            errors.Add($"name part must be no more than {MaxNameLength} bytes");
        }

        if (!IsName(name))
        {
            errors.Add($"name part {Characters} {Example})");
        }

        return errors;
    }

    private static void ValidatePrefix(string prefix, List<string> errors)
    {
        if (prefix.Length == 0)
        {
            errors.Add("prefix part must be non-empty");
            return;
        }

        if (Utf8Length(prefix) > MaxPrefixLength)
        {
            errors.Add($"prefix part must be no more than {MaxPrefixLength} bytes");
        }

        if (!prefix.Split('.').All(IsLabel))
        {
            errors.Add(
                "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
                + "alphanumeric character (e.g. 'example.com', regex used for validation is "
                + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')");
        }
    }

    private static int Utf8Length(string text) => System.Text.Encoding.UTF8.GetByteCount(text);

    private static bool IsName(string text) =>
        text.Length > 0
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && !text.AsSpan().ContainsAnyExcept(NameCharacters);

    private static bool IsLabel(string text) =>
        text.Length > 0 && IsLowerOrDigit(text[0]) && IsLowerOrDigit(text[^1]) && !text.AsSpan().ContainsAnyExcept(LabelCharacters);

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);
}
