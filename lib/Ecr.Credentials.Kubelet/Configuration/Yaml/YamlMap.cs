using System.Runtime.InteropServices;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Go;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>A map that is being read. Its entries are the last in a list that it shares with the maps around it.</summary>
/// <param name="entries">The list.</param>
internal sealed class YamlMap(List<YamlEntry> entries)
{
    // Of fewer, all are compared.
    private const int MinIndexed = 8;

    private int _start;
    private Dictionary<YamlKey, int>? _indexes;

    private Span<YamlEntry> Entries => CollectionsMarshal.AsSpan(entries)[_start..];

    /// <summary>Begins with the map of a node.</summary>
    public void Open(YamlNode node)
    {
        var count = 0;
        for (var child = node.FirstChild; child is { } key; child = key.Next!.Value.Next)
        {
            count++;
        }

        // Room for some, as the keys of a hostile file can be all different or all the same.
        _start = entries.Count;
        entries.EnsureCapacity(_start + (count / 4));
        _indexes = count < MinIndexed ? null : new Dictionary<YamlKey, int>(count / 4);
    }

    /// <summary>Adds an entry, or replaces the one with its key.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Set(YamlEntry entry)
    {
        var index = IndexOf(entry.Key);
        if (index >= 0)
        {
            Entries[index] = entry;
            return true;
        }

        entries.Add(entry);
        _indexes?.Add(entry.Key, entries.Count - _start - 1);
        return false;
    }

    /// <summary>The entries in the order of the text.</summary>
    public YamlEntry[] ToArray() => Entries.ToArray();

    /// <summary>The fields of the JSON object that encoding/json writes, with sorted names. 5 and "5" are two keys of YAML and one of JSON.</summary>
    public DocumentField[] ToFields()
    {
        var fields = new DocumentField[Entries.Length];
        var isSorted = true;
        for (var i = 0; i < fields.Length; i++)
        {
            var (key, value, position, _) = Entries[i];
            fields[i] = new DocumentField(key.Name, position, value, key.Kind, key.Number);
            isSorted = isSorted && (i == 0 || GoText.Compare(fields[i - 1].Name, fields[i].Name) < 0);
        }

        return isSorted ? fields : Sort(fields);
    }

    /// <summary>Takes the entries out of the list.</summary>
    public void Close() => entries.RemoveRange(_start, entries.Count - _start);

    private static DocumentField[] Sort(DocumentField[] fields)
    {
        Array.Sort(
            fields,
            static (left, right) => GoText.Compare(left.Name, right.Name) is var order and not 0 ? order : left.Position.CompareTo(right.Position));
        var count = 0;
        foreach (var field in fields)
        {
            count -= count > 0 && fields[count - 1].Name == field.Name ? 1 : 0;
            fields[count++] = field;
        }

        return count == fields.Length ? fields : fields[..count];
    }

    private int IndexOf(YamlKey key)
    {
        var known = Entries;
        if (_indexes is null && known.Length < MinIndexed)
        {
            for (var i = 0; i < known.Length; i++)
            {
                if (known[i].Key == key)
                {
                    return i;
                }
            }

            return -1;
        }

        if (_indexes is null)
        {
            _indexes = [];
            for (var i = 0; i < known.Length; i++)
            {
                _indexes.Add(known[i].Key, i);
            }
        }

        return _indexes.TryGetValue(key, out var index) ? index : -1;
    }
}
