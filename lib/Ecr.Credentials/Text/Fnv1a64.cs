namespace Ecr.Credentials.Text;

/// <summary>
/// The 64-bit FNV-1a hash: stable across processes and versions. Needs no cryptography library, which would take longer to load than everything else
/// that a process does on a hit of the file cache.
/// </summary>
/// <remarks>
/// Detects accidental changes, not attacks: collisions are easy to construct. <see href="https://datatracker.ietf.org/doc/html/rfc9923"/>.
/// </remarks>
internal struct Fnv1a64()
{
    private const ulong Prime = 0x100000001b3;

    public ulong Value { get; private set; } = 0xcbf29ce484222325;

    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = new Fnv1a64();
        hash.Add(text);
        return hash.Value;
    }

    public void Add(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            Value = (Value ^ (byte)c) * Prime;
            Value = (Value ^ (byte)(c >> 8)) * Prime;
        }
    }

    public void Add(long number)
    {
        for (var shift = 0; shift < 64; shift += 8)
        {
            Value = (Value ^ (byte)(number >> shift)) * Prime;
        }
    }
}
