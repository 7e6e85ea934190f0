using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Ecr.Credentials.Kubelet.Configuration.Yaml;

/// <summary>Makes a tree of the first document of a YAML stream. What follows it is not looked at, as the kubelet does not.</summary>
internal static class YamlComposer
{
    /// <summary>Reads the first document.</summary>
    /// <returns>The root; null if the file contains no document.</returns>
    /// <exception cref="DocumentException">The text is not YAML.</exception>
    public static YamlNode? Compose(YamlText text, out int depth)
    {
        depth = 0;
        var parser = new Parser(new YamlScanner(text));
        try
        {
            return ReadDocument(parser, ref depth);
        }
        catch (YamlSyntaxException exception)
        {
            throw Failure(exception.KubeletMessage, exception.Index, exception.Message);
        }
        catch (YamlException exception)
        {
            throw Translate(exception);
        }
    }

    private static YamlNode? ReadDocument(Parser parser, ref int depth)
    {
        var anchors = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        var open = new Stack<YamlNode>();
        YamlNode? root = null;
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case Scalar scalar:
                    Add(new YamlNode(YamlNodeKind.Scalar, scalar.Start)
                    {
                        Tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value,
                        Value = scalar.Value,
                        IsPlain = scalar.IsPlainImplicit,
                        IsFlow = scalar.Style is ScalarStyle.DoubleQuoted or ScalarStyle.SingleQuoted,
                        Style = scalar.Style,
                        Anchor = scalar.Anchor.IsEmpty ? "" : scalar.Anchor.Value,
                        End = (int)scalar.End.Index,
                    });
                    break;
                case AnchorAlias alias:
                    var target = anchors.GetValueOrDefault(alias.Value.Value)
                        ?? throw Failure(
                            $"yaml: unknown anchor '{alias.Value}' referenced",
                            (int)alias.Start.Index,
                            $"no anchor \"&{alias.Value}\" precedes this alias");
                    Add(new YamlNode(YamlNodeKind.Alias, alias.Start)
                    {
                        Value = alias.Value.Value,
                        Target = target,
                        IsFlow = true,
                        End = (int)alias.End.Index,
                    });
                    break;
                case SequenceStart sequence:
                    Open(YamlNodeKind.Sequence, sequence, sequence.Style == SequenceStyle.Flow);
                    break;
                case MappingStart mapping:
                    // A pair without braces in a list begins at its key.
                    Open(YamlNodeKind.Mapping, mapping, mapping.Style == MappingStyle.Flow);
                    break;
                case SequenceEnd or MappingEnd:
                    open.Pop().End = (int)parser.Current.End.Index;
                    break;
                case StreamEnd:
                    return null;
            }

            if (root is not null && open.Count == 0)
            {
                RequireEnd(parser);
                return root;
            }

            depth = Math.Max(depth, open.Count);
        }

        return root;

        void Open(YamlNodeKind kind, NodeEvent start, bool isFlow)
        {
            var node = new YamlNode(kind, start.Start)
            {
                Tag = start.Tag.IsEmpty ? "" : start.Tag.Value,
                Anchor = start.Anchor.IsEmpty ? "" : start.Anchor.Value,
                IsFlow = isFlow,
            };
            Add(node);
            open.Push(node);
        }

        void Add(YamlNode node)
        {
            root ??= node;
            if (open.TryPeek(out var parent))
            {
                parent.Children.Add(node);
            }

            if (node.Anchor.Length > 0)
            {
                anchors[node.Anchor] = node;
            }
        }
    }

    /// <summary>Reads the token behind the document, in which a syntax error is reported; whether a document may end there is not checked.</summary>
    private static void RequireEnd(Parser parser)
    {
        try
        {
            parser.MoveNext();
        }
        catch (YamlException)
        {
            // libyaml ends a document without "..." before anything.
        }
    }

    // The texts are those of libyaml, from which both parsers descend.
    private static DocumentException Translate(YamlException exception)
    {
        var text = exception.Message;
        var comma = text.LastIndexOf(", ", StringComparison.Ordinal);
        foreach (var start in (ReadOnlySpan<string>)["did not find ", "found "])
        {
            var index = text.IndexOf(start, StringComparison.OrdinalIgnoreCase);
            comma = index >= 0 ? index : comma;
            if (index >= 0)
            {
                break;
            }
        }

        var problem = text[Math.Max(comma, 0)..].TrimEnd('.');
        problem = problem switch
        {
            "found more than one anchor" or "did not find expected token" => "did not find expected node content",
            { Length: > 0 } => char.ToLowerInvariant(problem[0]) + problem[1..],
            _ => "did not find expected node content",
        };
        var line = exception.Start.Line - 1;
        return Failure(line > 0 ? $"yaml: line {line}: {problem}" : $"yaml: {problem}", (int)exception.Start.Index, problem);
    }

    private static DocumentException Failure(string kubeletMessage, int position, string reason) =>
        new(kubeletMessage, position, $"invalid YAML: {MessageText.OneLine(reason)}{Advice(reason)}");

    private static string Advice(string reason) => reason switch
    {
        "did not find expected alphabetic or numeric character" => "; put text that begins with \"*\" or \"&\" in quotes",
        "found character that cannot start any token" => "; indent with spaces, and put text that begins with \"@\", \"%\" or \"`\" in quotes",
        "mapping values are not allowed in this context" => "; check the indentation and the space behind \":\" and \"-\" in this line and the one above",
        "could not find expected ':'" or "did not find expected key" => "; check the indentation of this line and the one above",
        "found incompatible YAML document" => "; remove the \"%YAML\" line, the kubelet reads YAML 1.1",
        "control characters are not allowed" => "; remove them, or escape them in double quotes",
        _ => "",
    };
}
