namespace Ecr.Credentials.Identity;

/// <summary>The tags of a role session. Immutable; the order does not matter.</summary>
internal sealed class SessionTags : IEquatable<SessionTags>
{
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html and API_AssumeRole.html
    private const int MaxCount = 50;
    private const int MaxKeyLength = 128;
    private const int MaxValueLength = 256;

    private SessionTags(KeyValuePair<string, string>[] values) => Values = values;

    public static SessionTags None { get; } = new([]);

    /// <summary>The tags, sorted by key.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values { get; }

    /// <exception cref="ArgumentException">There are more than 50 tags, a key is repeated, or a key or value is too long.</exception>
    public static SessionTags Create(IEnumerable<KeyValuePair<string, string>>? tags)
    {
        KeyValuePair<string, string>[] values = tags is null ? [] : [.. tags.OrderBy(tag => tag.Key, StringComparer.Ordinal)];
        if (values.Length > MaxCount)
        {
            throw new ArgumentException($"{values.Length} session tags: AWS allows at most {MaxCount}", nameof(tags));
        }

        foreach (var (index, (key, value)) in values.Index())
        {
            if (string.IsNullOrEmpty(key) || key.Length > MaxKeyLength || value is null || value.Length > MaxValueLength)
            {
                throw new ArgumentException(
                    $"invalid session tag: the key must have 1 to {MaxKeyLength} characters, the value at most {MaxValueLength}", nameof(tags));
            }

            if (index > 0 && string.Equals(values[index - 1].Key, key, StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException("a session tag is repeated: AWS ignores the case of keys", nameof(tags));
            }
        }

        return values.Length == 0 ? None : new SessionTags(values);
    }

    public bool Equals(SessionTags? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as SessionTags);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var (key, value) in Values)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
