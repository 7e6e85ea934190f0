namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>The nodes of one document. They are small and in blocks, because a hostile file has one for each of its characters.</summary>
/// <param name="text">The text of the file.</param>
internal sealed class YamlTree(string text)
{
    private const int BlockLength = 1024;

    private readonly List<Entry[]> _blocks = [];
    private readonly List<(string Tag, string Anchor)> _properties = [("", "")];

    public int Count { get; private set; }

    public YamlNode Root => new(this, 0);

    public ref Entry this[int index] => ref _blocks[index / BlockLength][index % BlockLength];

    /// <summary>Adds a node.</summary>
    /// <returns>Its index.</returns>
    public int Add(Entry entry)
    {
        if (Count % BlockLength == 0)
        {
            _blocks.Add(new Entry[BlockLength]);
        }

        this[Count] = entry;
        return Count++;
    }

    public void SetProperties(int index, string tag, string anchor)
    {
        this[index].Properties = _properties.Count;
        _properties.Add((tag, anchor));
    }

    public (string Tag, string Anchor) PropertiesOf(int index) => _properties[this[index].Properties];

    /// <summary>The column of a character, counted from 0. Half of a surrogate pair does not count.</summary>
    public int ColumnOf(int position)
    {
        var column = 0;
        for (var i = position - 1; i >= 0 && text[i] is not ('\n' or '\r' or '\u0085' or '\u2028' or '\u2029'); i--)
        {
            column += char.IsLowSurrogate(text[i]) ? 0 : 1;
        }

        return column;
    }

    /// <summary>What is kept of a node. <see cref="Child"/> is the first child, or the target of an alias; 0, the root, is the child of none.
    /// <see cref="Properties"/> is where its tag and anchor are; 0 without them.</summary>
    internal struct Entry
    {
        public string Value;
        public int Start;
        public int End;
        public int Line;
        public int Child;
        public int Next;
        public int Properties;
        public YamlNodeKind Kind;
        public YamlScalarStyle Style;
        public bool IsPlain;
        public bool IsFlow;
    }
}
