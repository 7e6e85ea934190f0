using System.Globalization;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>The value of a scalar of YAML 1.1, as the kubelet's parser resolves it.</summary>
/// <remarks>Rules: <see href="https://yaml.org/type/"/>; numbers with the prefixes of <see href="https://pkg.go.dev/strconv#ParseInt"/>.</remarks>
internal readonly record struct YamlScalar(DocumentNodeKind Kind, string Text, DocumentNumber Number = DocumentNumber.None)
{
    private const string TagPrefix = "tag:yaml.org,2002:";

    /// <summary>Resolves a scalar node.</summary>
    /// <exception cref="DocumentException">The text does not fit its tag.</exception>
    public static YamlScalar Resolve(YamlNode node)
    {
        var tag = node.Tag;
        if (tag.Length == 0)
        {
            return node.IsPlain ? ResolvePlain(node.Value) : String(node.Value);
        }

        var type = tag.StartsWith(TagPrefix, StringComparison.Ordinal) ? tag[TagPrefix.Length..] : "";
        return type switch
        {
            "binary" => String(DecodeBinary(node)),
            "bool" or "int" or "float" or "null" or "timestamp" => ResolveTagged(node, type),
            _ => String(node.Value),
        };
    }

    private static YamlScalar String(string text) => new(DocumentNodeKind.String, text);

    private static YamlScalar ResolveTagged(YamlNode node, string type)
    {
        var scalar = ResolvePlain(node.Value);
        var actual = scalar.Kind switch
        {
            DocumentNodeKind.Bool => "bool",
            DocumentNodeKind.Null => "null",
            DocumentNodeKind.Number => scalar.Number is DocumentNumber.Float or DocumentNumber.NotANumber ? "float" : "int",
            _ => type is "timestamp" && IsTimestamp(node.Value) ? "timestamp" : node.Value == "<<" ? "merge" : "str",
        };
        if (actual == type)
        {
            return scalar;
        }

        return (type, actual, scalar.Number) is ("float", "int", DocumentNumber.Integer)
            ? scalar with { Number = DocumentNumber.Float }
            : throw new DocumentException(
                $"yaml: cannot decode !!{actual} `{node.Value}` as a !!{type}", node.Start, $"invalid YAML: the value is not what its tag \"!!{type}\" says");
    }

    /// <summary>The value of a plain word.</summary>
    public static YamlScalar ResolvePlain(string text) => text switch
    {
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => new(DocumentNodeKind.Bool, "true"),
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => new(DocumentNodeKind.Bool, "false"),
        "" or "~" or "null" or "Null" or "NULL" => new(DocumentNodeKind.Null, ""),
        ".nan" or ".NaN" or ".NAN" => Special("NaN"),
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => Special("+Inf"),
        "-.inf" or "-.Inf" or "-.INF" => Special("-Inf"),
        ['.', ..] => TryParseFloat(text, out var number) ? number : String(text),
        ['+' or '-' or (>= '0' and <= '9'), ..] => ResolveNumber(text),
        _ => String(text),
    };

    private static YamlScalar Special(string name) => new(DocumentNodeKind.Number, name, DocumentNumber.NotANumber);

    private static YamlScalar ResolveNumber(string text)
    {
        var digits = text.Contains('_', StringComparison.Ordinal) ? text.Replace("_", "", StringComparison.Ordinal) : text;
        if (TryParseInteger(digits, out var integer))
        {
            return new YamlScalar(
                DocumentNodeKind.Number,
                Canonical(text, integer),
                integer <= long.MaxValue ? DocumentNumber.Integer : DocumentNumber.Unsigned);
        }

        return TryParseFloat(digits, out var number) ? number : String(text);
    }

    // The text itself where it is written so, to allocate no other.
    private static string Canonical(string text, Int128 value)
    {
        Span<char> digits = stackalloc char[24];
        return value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture) && digits[..length].SequenceEqual(text)
            ? text
            : value.ToString(CultureInfo.InvariantCulture);
    }

    // Signed and unsigned 64 bits; 0x, 0o, 0b and a plain 0 are prefixes.
    private static bool TryParseInteger(string text, out Int128 value)
    {
        value = 0;
        var rest = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        var (radix, prefix) = rest switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        rest = rest[prefix..];
        if (rest.IsEmpty)
        {
            return false;
        }

        foreach (var c in rest)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.FromHexString(['0', c])[0] : radix;
            value = (value * radix) + digit;
            if (digit >= radix || value > ulong.MaxValue)
            {
                return false;
            }
        }

        value = text[0] == '-' ? -value : value;

        // Numbers beyond 63 bits are tried without a sign alone.
        return value >= long.MinValue && (value <= long.MaxValue || text[0] is not ('+' or '-'));
    }

    // [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
    private static bool TryParseFloat(string text, out YamlScalar number)
    {
        number = default;
        var rest = text.AsSpan(text is ['+' or '-', ..] ? 1 : 0);
        var whole = SkipDigits(ref rest);
        var fraction = 0;
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            fraction = SkipDigits(ref rest);
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (rest is ['e' or 'E', ..])
        {
            rest = rest[1..];
            rest = rest is ['+' or '-', ..] ? rest[1..] : rest;
            if (SkipDigits(ref rest) == 0)
            {
                return false;
            }
        }

        if (!rest.IsEmpty || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            return false;
        }

        number = new YamlScalar(DocumentNodeKind.Number, value.ToString("R", CultureInfo.InvariantCulture), DocumentNumber.Float);
        return true;
    }

    private static int SkipDigits(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? text.Length : length;
        text = text[length..];
        return length;
    }

    private static bool IsTimestamp(string text) => text.Length >= 8 && text[4] == '-' && DateTime.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _);

    private static string DecodeBinary(YamlNode node)
    {
        try
        {
            // Line breaks are skipped, other white space is an error, which Convert would skip too.
            return node.Value.AsSpan().ContainsAny(' ', '\t')
                ? throw new FormatException()
                : GoText.Decode(Convert.FromBase64String(node.Value));
        }
        catch (FormatException)
        {
            throw new DocumentException("yaml: !!binary value contains invalid base64 data", node.Start, "invalid YAML: the \"!!binary\" value is not base64");
        }
    }
}
