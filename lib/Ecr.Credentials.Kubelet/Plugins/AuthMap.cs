using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>The credentials of one response in the order in which the kubelet tries them, with their keys parsed once.</summary>
/// <remarks>Immutable. Of keys that are stored alike the plugin's order is kept, where the kubelet's is random.</remarks>
internal sealed class AuthMap
{
    private readonly KeyedCredential[] _entries;

    private AuthMap(KeyedCredential[] entries, IReadOnlyList<string> ignoredKeys)
    {
        _entries = entries;
        IgnoredKeys = ignoredKeys;
    }

    public static AuthMap Empty { get; } = new([], []);

    public ReadOnlySpan<KeyedCredential> Entries => _entries;

    /// <summary>The keys that are not URLs, whose credentials are ignored; passwords in them are hidden.</summary>
    public IReadOnlyList<string> IgnoredKeys { get; }

    /// <summary>The number of entries in the response, ignored ones too.</summary>
    public int Count => _entries.Length + IgnoredKeys.Count;

    public static AuthMap Create(string provider, IReadOnlyList<KeyValuePair<string, RegistryCredential>> auth)
    {
        var entries = new List<KeyedCredential>(auth.Count);
        var ignored = new List<string>();
        foreach (var (text, config) in auth)
        {
            if (AuthKey.TryParse(text, out var key))
            {
                entries.Add(new KeyedCredential(key, new ImageCredential(provider, text, config.Username, config.Password, serviceAccount: null)));
            }
            else
            {
                ignored.Add(AuthKey.WithoutUserinfo(text));
            }
        }

        return entries.Count == 0 && ignored.Count == 0
            ? Empty
            : new AuthMap([.. entries.Order(Comparer<KeyedCredential>.Create(static (a, b) => a.Key.CompareTo(b.Key)))], ignored);
    }

    public AuthMap With(ServiceAccountReference serviceAccount) =>
        new([.. _entries.Select(entry => new KeyedCredential(entry.Key, entry.Credential.With(serviceAccount)))], IgnoredKeys);
}
