using System.Text;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

/// <summary>Damages documents in ways that parsers fall over.</summary>
internal sealed class DocumentMutator(Random random, IReadOnlyList<byte[]> seeds)
{
    private static readonly string[] Pieces =
    [
        "&a ", "*a", "*a\n", "<<: *a\n", "- *a\n", "&a [*a, *a]", "? ", ": ", "- ", "[", "]", "{", "}", ",", "!!binary ", "!!int ",
        "!<x> ", "%YAML 1.1\n", "---\n",
        "...\n", "|\n", ">-\n", "|9\n", "\"", "'", "\\u", "\\ud800", "\t", "\r", "\u0085", "\u2028", "\ufeff", "#", " #", "\0", "é",
        "{\"a\":", "[[[[[[[[", "{a: {a: {a: ",
        "0x", "1e999", ".inf", "~: 1\n", "y: n\n", "@", "`", "%", "k8s\0", "name: x\n", "\n  ", "\n", "      ",
    ];

    public byte[] Next()
    {
        var document = new List<byte>(seeds[random.Next(seeds.Count)]);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            Mutate(document);
        }

        return [.. document];
    }

    private void Mutate(List<byte> document)
    {
        var position = random.Next(document.Count + 1);
        switch (random.Next(8))
        {
            case 0 when position < document.Count:
                document[position] = (byte)random.Next(256);
                break;
            case 1:
                document.RemoveRange(position, document.Count - position);
                break;
            case 2:
                document.RemoveRange(position, Math.Min(random.Next(20), document.Count - position));
                break;
            case 3:
                document.InsertRange(position, document.GetRange(position, Math.Min(random.Next(200), document.Count - position)));
                break;
            case 4:
                var other = seeds[random.Next(seeds.Count)];
                document.InsertRange(position, other.AsSpan(random.Next(other.Length + 1)).ToArray());
                break;
            case 5:
                document.InsertRange(position, Enumerable.Repeat((byte)"[{-? &*:"[random.Next(8)], random.Next(1, 300)));
                break;
            default:
                document.InsertRange(position, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                break;
        }
    }
}
