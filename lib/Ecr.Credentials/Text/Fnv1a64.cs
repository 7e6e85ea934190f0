namespace Ecr.Credentials.Text;

/// <summary>
/// 64-bit FNV-1a: the same number in every process and version, and no cryptography library to load, which would take longer than all else that a
/// process does whose token is in a file.
/// </summary>
/// <remarks>
/// It tells accidents, not attacks: whoever knows the text can find another one with the same hash.
/// <see href="https://datatracker.ietf.org/doc/html/rfc9923"/>.
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
