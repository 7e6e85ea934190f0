using System.Globalization;

namespace Ecr.Credentials.Identity;

/// <summary>The tags of a role session. Immutable; the order does not matter.</summary>
internal sealed class SessionTags
{
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html and API_AssumeRole.html
    private const int MaxCount = 50;
    private const int MaxKeyLength = 128;
    private const int MaxValueLength = 256;

    private SessionTags(string[] keysAndValues)
    {
        KeysAndValues = keysAndValues;
        Text = string.Concat(Array.ConvertAll(keysAndValues, static part => $"{part.Length.ToString(CultureInfo.InvariantCulture)}:{part}"));
    }

    public static SessionTags None { get; } = new([]);

    /// <summary>The tags, sorted by key: a key, its value, the next key, and so on.</summary>
    public IReadOnlyList<string> KeysAndValues { get; }

    /// <summary>The tags as text that no other tags have.</summary>
    public string Text { get; }

    /// <exception cref="ArgumentException">There are more than 50 tags, a key is repeated, or a key or value is too long.</exception>
    public static SessionTags Create(IEnumerable<KeyValuePair<string, string>>? tags)
    {
        KeyValuePair<string, string>[] sorted = tags is null ? [] : [.. tags.OrderBy(tag => tag.Key, StringComparer.OrdinalIgnoreCase)];
        if (sorted.Length > MaxCount)
        {
            throw new ArgumentException($"{sorted.Length} session tags: AWS allows at most {MaxCount}", nameof(tags));
        }

        var previous = "";
        foreach (var (key, value) in sorted)
        {
            if (string.IsNullOrEmpty(key) || key.Length > MaxKeyLength || value is null || value.Length > MaxValueLength)
            {
                throw new ArgumentException(
                    $"invalid session tag: the key must have 1 to {MaxKeyLength} characters, the value at most {MaxValueLength}", nameof(tags));
            }

            if (string.Equals(previous, key, StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException("a session tag is repeated: AWS ignores the case of keys", nameof(tags));
            }

            previous = key;
        }

        return sorted.Length == 0 ? None : new SessionTags([.. sorted.SelectMany(tag => new[] { tag.Key, tag.Value })]);
    }

    public override bool Equals(object? obj) => obj is SessionTags other && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
