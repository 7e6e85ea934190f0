using System.Buffers;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Configuration.Yaml;

namespace Ecr.Credentials.Kubelet.Configuration.Editing;

/// <summary>Puts text in, replaces and removes it at places that the YAML parser names. JSON is edited as the YAML that it also is.</summary>
internal sealed class ConfigTextEditor
{
    private const string ByteOrderMark = "\ufeff";

    private static readonly SearchValues<char> OtherLineBreaks = SearchValues.Create("\r\u0085\u2028\u2029");

    private readonly string _start;
    private readonly string _text;
    private readonly string _lineBreak;
    private readonly bool _isJson;
    private readonly YamlNode _root;

    public ConfigTextEditor(string text)
    {
        _start = text.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? ByteOrderMark : "";
        _text = text[_start.Length..];
        _lineBreak = _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        _isJson = _text.TrimStart().StartsWith('{');
        if (_text.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny(OtherLineBreaks))
        {
            throw Refuse("it has line breaks other than \\n and \\r\\n");
        }

        try
        {
            _root = (YamlParser.Parse(YamlText.Decode(Encode(_text)), out _) ?? throw Refuse("it is empty")).Root;
        }
        catch (DocumentException exception)
        {
            throw Refuse(exception.Message);
        }
    }

    private YamlNode? Providers => Find(_root, "providers");

    public static byte[] Encode(string text) => Encoding.UTF8.GetBytes(text);

    public string Add(CredentialProvider provider)
    {
        var value = ConfigValue.Of(provider);
        if (Providers is not { } providers)
        {
            return AddProviders(value);
        }

        RequireOwn(providers);
        if (providers is { Kind: YamlNodeKind.Sequence, IsFlow: false })
        {
            var end = LineEnd(EndOf(providers));
            return Insert(end, $"{NewLine(end)}{new string(' ', providers.Column)}- {value.ToBlock(providers.Column + 2, _lineBreak)}");
        }

        if (providers is { Kind: YamlNodeKind.Sequence, FirstChild: not null })
        {
            return Insert(providers.Children()[^1].End, $", {value.ToFlow(_isJson)}");
        }

        // Empty or null.
        if (_root.IsFlow || providers.End > providers.Start)
        {
            return Replace(providers.Start, providers.End, $"[{value.ToFlow(_isJson)}]");
        }

        var lineEnd = LineEnd(providers.Start);
        return Insert(lineEnd, $"{NewLine(lineEnd)}{new string(' ', _root.Column)}- {value.ToBlock(_root.Column + 2, _lineBreak)}");
    }

    public string Update(int index, CredentialProvider before, CredentialProvider after)
    {
        var node = ProviderAt(index);
        var edits = new List<(int Start, int End, string Text)>();
        var missing = new List<(string Name, ConfigValue Value)>();
        var old = ConfigValue.FieldsOf(before);
        foreach (var (field, previous) in ConfigValue.FieldsOf(after).Zip(old))
        {
            if (field.Value.ToFlow(isJson: true) == previous.Value.ToFlow(isJson: true))
            {
                continue;
            }

            if (Find(node, field.Name) is { } value)
            {
                edits.Add(ReplaceValue(node, value, field.Value));
            }
            else
            {
                missing.Add(field);
            }
        }

        var text = _text;
        if (missing.Count > 0)
        {
            edits.Add(AppendFields(node, missing));
        }

        foreach (var (start, end, replacement) in edits.OrderByDescending(edit => edit.Start))
        {
            text = string.Concat(text.AsSpan(0, start), replacement, text.AsSpan(end));
        }

        return _start + text;
    }

    public string Remove(int index)
    {
        var node = ProviderAt(index);
        var providers = Providers!.Value;
        var siblings = providers.Children();
        if (providers.IsFlow)
        {
            var (start, end) = (index, siblings.Count) switch
            {
                (_, 1) => (node.Start, node.End),
                (0, _) => (node.Start, siblings[1].Start),
                _ => (siblings[index - 1].End, node.End),
            };
            return Replace(start, end, "");
        }

        var dash = DashOf(node);
        var lineStart = LineStart(dash);
        if (_text.AsSpan(lineStart, dash - lineStart).ContainsAnyExcept(' '))
        {
            throw Refuse("the provider does not begin on a line of its own");
        }

        var itemEnd = LineEnd(EndOf(node));
        var next = itemEnd + (_text.AsSpan(itemEnd).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : itemEnd < _text.Length ? 1 : 0);
        if (siblings.Count > 1)
        {
            return Replace(lineStart, next, "");
        }

        // An empty list stays behind the key.
        var key = KeyOf(_root, "providers")!.Value;
        var colon = _text.IndexOf(':', key.End) + 1;
        return _start + string.Concat(_text.AsSpan(0, colon), " []", _text.AsSpan(colon, lineStart - colon), _text.AsSpan(next));
    }

    private YamlNode ProviderAt(int index)
    {
        var providers = Providers ?? throw Refuse("its providers come from \"<<\", or it is of the internal version");
        RequireOwn(providers);
        var node = providers.Children()[index];
        if (node.Kind != YamlNodeKind.Mapping)
        {
            throw Refuse("the provider is an alias or empty");
        }

        return node;
    }

    private (int Start, int End, string Text) ReplaceValue(YamlNode parent, YamlNode old, ConfigValue value)
    {
        RequireOwn(old);
        if (old is { Kind: YamlNodeKind.Sequence or YamlNodeKind.Mapping, IsFlow: false })
        {
            return value is { Items.Count: > 0 } or { Fields.Count: > 0 }
                ? (old.Start, EndOf(old), value.ToBlock(old.Column, _lineBreak))
                : (BehindColon(parent, old), EndOf(old), $" {value.ToFlow(_isJson)}");
        }

        var isBlockScalar = old.Style is YamlScalarStyle.Literal or YamlScalarStyle.Folded;
        var space = old.Start == old.End && old.Start > 0 && _text[old.Start - 1] == ':' ? " " : "";
        return (old.Start, isBlockScalar ? EndOf(old) : old.End, space + value.ToFlow(_isJson));
    }

    private (int Start, int End, string Text) AppendFields(YamlNode node, List<(string Name, ConfigValue Value)> fields)
    {
        if (node.IsFlow)
        {
            var text = string.Concat(fields.Select(field => $", {(_isJson ? $"\"{field.Name}\"" : field.Name)}: {field.Value.ToFlow(_isJson)}"));
            var end = node.FirstChild is not null ? node.Children()[^1].End : throw Refuse("the provider is empty");
            return (end, end, text);
        }

        var column = node.FirstChild!.Value.Column;
        var lineEnd = LineEnd(EndOf(node));
        var lines = fields.Select(field => $"{new string(' ', column)}{ConfigValue.FieldToBlock(field.Name, field.Value, column, _lineBreak)}");
        return (lineEnd, lineEnd, NewLine(lineEnd) + string.Join(_lineBreak, lines));
    }

    private string AddProviders(ConfigValue item)
    {
        if (_root.IsFlow)
        {
            return Insert(_root.Children()[^1].End, $", {(_isJson ? "\"providers\"" : "providers")}: [{item.ToFlow(_isJson)}]");
        }

        var end = LineEnd(EndOf(_root));
        var indentation = new string(' ', _root.Column);
        return Insert(end, $"{NewLine(end)}{indentation}providers:{_lineBreak}{indentation}- {item.ToBlock(_root.Column + 2, _lineBreak)}");
    }

    /// <summary>Where a list or map in block style can be replaced by something on the line of its key.</summary>
    private int BehindColon(YamlNode parent, YamlNode value)
    {
        var siblings = parent.Children();
        var key = siblings[siblings.FindIndex(child => child.Index == value.Index) - 1];
        var colon = _text.IndexOf(':', key.End) + 1;
        return _text.AsSpan(colon, value.Start - colon).IsWhiteSpace() ? colon : throw Refuse("a comment precedes the list");
    }

    private static YamlNode? Find(YamlNode map, string name) => KeyOf(map, name)?.Next;

    private static YamlNode? KeyOf(YamlNode map, string name)
    {
        for (var child = map.Kind == YamlNodeKind.Mapping ? map.FirstChild : null; child is { } key; child = key.Next!.Value.Next)
        {
            if (key.Kind == YamlNodeKind.Scalar && key.Value == name)
            {
                return key;
            }
        }

        return null;
    }

    private static void RequireOwn(YamlNode node)
    {
        if (node.Kind == YamlNodeKind.Alias || node.HasProperties)
        {
            throw Refuse("the value to change has an anchor, an alias or a tag");
        }
    }

    /// <summary>The index behind the last character that belongs to a node; blank lines and comments behind it do not.</summary>
    private int EndOf(YamlNode node)
    {
        var last = node;
        while (!last.IsFlow && last.FirstChild is not null)
        {
            last = last.Children()[^1];
        }

        var end = Math.Min(last.End, _text.Length);
        if (last.Style is YamlScalarStyle.Literal or YamlScalarStyle.Folded)
        {
            while (end > last.Start && char.IsWhiteSpace(_text[end - 1]))
            {
                end--;
            }
        }

        return end;
    }

    private int DashOf(YamlNode item)
    {
        var index = item.Start - 1;
        while (index >= 0 && _text[index] is ' ' or '\t' or '\r' or '\n')
        {
            index--;
        }

        return index >= 0 && _text[index] == '-' ? index : throw Refuse("something is between \"-\" and the provider");
    }

    private int LineStart(int index) => index == 0 ? 0 : _text.LastIndexOf('\n', index - 1) + 1;

    private int LineEnd(int index)
    {
        var end = _text.IndexOf('\n', index);
        return end < 0 ? _text.Length : end > 0 && _text[end - 1] == '\r' ? end - 1 : end;
    }

    private string NewLine(int index) => index == 0 ? "" : _lineBreak;

    private string Insert(int index, string text) => Replace(index, index, text);

    private string Replace(int start, int end, string text) => _start + string.Concat(_text.AsSpan(0, start), text, _text.AsSpan(end));

    private static CredentialProviderConfigException Refuse(string reason) => new($"cannot change the configuration: {reason}; edit it by hand");
}
