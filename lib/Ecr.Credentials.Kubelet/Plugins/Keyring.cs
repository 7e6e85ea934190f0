using System.Buffers;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Finds the credentials for an image in the responses of several providers, in the order in which the kubelet tries them.</summary>
/// <remarks>
/// Rules: https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go. Every key that matches contributes, sorted by its bytes
/// backwards; between equal keys the provider that is configured first comes first.
/// </remarks>
internal static class Keyring
{
    /// <summary>Finds the credentials for an image.</summary>
    /// <param name="image">The image as the kubelet has it, without tag and digest.</param>
    /// <param name="maps">The responses in the order of their providers.</param>
    /// <returns>The credentials. Nothing but this is allocated.</returns>
    public static ImageCredential[] Find(ReadOnlySpan<char> image, ReadOnlySpan<AuthMap> maps)
    {
        var count = 0;
        foreach (var map in maps)
        {
            count += map.Entries.Length;
        }

        if (count == 0)
        {
            return [];
        }

        var found = ArrayPool<KeyedCredential>.Shared.Rent(count);
        try
        {
            var length = Match(image, maps, found);
            if (length == 0 && AuthKey.IsOfDefaultRegistry(image))
            {
                length = MatchDefaultRegistry(maps, found);
            }

            var credentials = length == 0 ? [] : new ImageCredential[length];
            for (var i = 0; i < length; i++)
            {
                credentials[i] = found[i].Credential;
            }

            return credentials;
        }
        finally
        {
            // Passwords must not live on in a pool.
            ArrayPool<KeyedCredential>.Shared.Return(found, clearArray: true);
        }
    }

    // Inserts into what the maps before have contributed, which is short, behind all keys that come first or are equal.
    private static int Match(ReadOnlySpan<char> image, ReadOnlySpan<AuthMap> maps, KeyedCredential[] found)
    {
        var length = 0;
        foreach (var map in maps)
        {
            foreach (var entry in map.Entries)
            {
                if (!entry.Key.IsMatch(image))
                {
                    continue;
                }

                var position = length++;
                for (; position > 0 && found[position - 1].Key.CompareTo(entry.Key) > 0; position--)
                {
                    found[position] = found[position - 1];
                }

                found[position] = entry;
            }
        }

        return length;
    }

    private static int MatchDefaultRegistry(ReadOnlySpan<AuthMap> maps, KeyedCredential[] found)
    {
        var length = 0;
        foreach (var map in maps)
        {
            foreach (var entry in map.Entries)
            {
                if (entry.Key.IsDefaultRegistry)
                {
                    found[length++] = entry;
                }
            }
        }

        return length;
    }
}
