using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Configuration.Yaml;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>Decodes one file as the kubelet does: find the format, then API version and kind, then every field strictly.</summary>
/// <remarks>
/// Rules: <see href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/plugin/config.go"/> and the serializers of
/// k8s.io/apimachinery.
/// </remarks>
internal static class ConfigDecoder
{
    private const int MaxJsonDepth = 10_000;

    // The place in the kubelet's source at which its decoder is made is the decoder's name.
    private const string SchemeName = "pkg/credentialprovider/plugin/plugin.go:69";

    /// <summary>Decodes a file.</summary>
    /// <param name="content">The content.</param>
    /// <param name="path">The path, for messages.</param>
    /// <param name="problems">What is wrong; empty if the file was decoded.</param>
    /// <returns>The file; null if the kubelet would not decode it.</returns>
    public static DecodedConfig? Decode(byte[] content, string path, out ConfigProblemCollection problems)
    {
        var prefix = $"error decoding config {GoText.Quote(path)}: ";
        if (content.AsSpan().StartsWith("k8s\0"u8))
        {
            var reason = content.Length == 4 ? "empty body" : "unexpected EOF";
            problems = Single(new ConfigProblem(path, 0, 0, "the file is a binary Kubernetes object; write YAML or JSON", reason), prefix);
            return null;
        }

        SourceText? source = null;
        try
        {
            DocumentNode root;
            IReadOnlyList<string> repeatedKeys = [];
            var depth = 0;
            if (IsJson(content))
            {
                source = new SourceText(path, content);
                try
                {
                    root = JsonComposer.Compose(content);
                }
                catch (DocumentException exception)
                {
                    throw new DocumentException(
                        $"couldn't get version/kind; json parse error: {exception.KubeletMessage}",
                        exception.Position,
                        exception.Message);
                }
            }
            else
            {
                var text = YamlText.Decode(content);
                source = new SourceText(path, text.Text);
                root = YamlReader.Read(text, out repeatedKeys, out depth);
            }

            if (depth > MaxJsonDepth)
            {
                RequireDepth(root);
            }

            return DecodeDocument(root, content, source, repeatedKeys, prefix, out problems);
        }
        catch (DocumentException exception)
        {
            problems = Single(source!.Problem(exception.Position, exception.Message, exception.KubeletMessage), prefix);
            return null;
        }
    }

    private static ConfigProblemCollection Single(ConfigProblem problem, string prefix) => new([problem], prefix + problem.KubeletMessage);

    // Content that starts with "{" after white space is JSON, never YAML. A byte order mark is not white space.
    private static bool IsJson(ReadOnlySpan<byte> content)
    {
        while (Rune.DecodeFromUtf8(content, out var rune, out var length) == System.Buffers.OperationStatus.Done && Rune.IsWhiteSpace(rune))
        {
            content = content[length..];
        }

        return content is [(byte)'{', ..];
    }

    private static DecodedConfig? DecodeDocument(
        DocumentNode root, byte[] content, SourceText source, IReadOnlyList<string> repeatedKeys, string prefix, out ConfigProblemCollection problems)
    {
        var (apiVersion, kind) = ReadTypeMeta(root);
        var (group, version) = SplitApiVersion(apiVersion.Text, apiVersion.Position);
        if (kind.Text.Length == 0)
        {
            throw Missing("Kind", "kind: CredentialProviderConfig", content, kind.Position);
        }

        if (version.Length == 0)
        {
            throw Missing("apiVersion", "apiVersion: kubelet.config.k8s.io/v1", content, apiVersion.Position);
        }

        var decoder = new StrictDecoder(source, repeatedKeys);
        var schema = kind.Text == ConfigSchema.Kind ? ConfigSchema.Find(group, version) : null;
        if (schema is null)
        {
            var fields = ConfigSchema.FindOther(group, version, kind.Text) ?? throw NotRegistered(group, version, kind, apiVersion);
            decoder.CheckOther(root, fields);
            problems = decoder.Finish(prefix);
            if (problems.Count == 0)
            {
                problems = new ConfigProblemCollection(
                    [source.Problem(
                        kind.Position,
                        $"invalid kind {MessageText.Quote(kind.Text)}: expected {ConfigSchema.Kind}",
                        $"failed to decode {GoText.Quote(kind.Text)} (wrong Kind)")],
                    $"{prefix}failed to decode {GoText.Quote(kind.Text)} (wrong Kind)");
            }

            return null;
        }

        var providers = decoder.ReadConfig(root, schema);
        problems = decoder.Finish(prefix);
        return problems.Count == 0 ? new DecodedConfig(source, version, root, providers) : null;
    }

    /// <summary>The kubelet looks for kind and version with a decoder that stops at 10,000 levels and does not mind the case of field names.</summary>
    private static ((string Text, int Position) ApiVersion, (string Text, int Position) Kind) ReadTypeMeta(DocumentNode root)
    {
        var apiVersion = (Text: "", root.Position);
        var kind = (Text: "", root.Position);
        if (root.Kind is not (DocumentNodeKind.Object or DocumentNodeKind.Null))
        {
            throw new DocumentException(
                $"couldn't get version/kind; json parse error: json: cannot unmarshal {root.GoName} into Go value of type struct {{ "
                    + "APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }",
                root.Position,
                "the file holds no fields; begin it with \"apiVersion: kubelet.config.k8s.io/v1\"");
        }

        DocumentException? wrongType = null;
        foreach (var field in root.Fields)
        {
            var name = Fold(field.Name);
            var isKind = name == "KIND";
            if ((!isKind && name != "APIVERSION") || field.Value.Kind == DocumentNodeKind.Null)
            {
                continue;
            }

            if (field.Value.Kind != DocumentNodeKind.String)
            {
                var fieldName = isKind ? "kind" : "apiVersion";
                wrongType ??= new DocumentException(
                    $"couldn't get version/kind; json parse error: json: cannot unmarshal {field.Value.GoName} "
                        + $"into Go struct field .{fieldName} of type string",
                    field.Value.Position,
                    $"invalid {fieldName}: expected text, not {field.Value.Describe()}");
                continue;
            }

            if (isKind)
            {
                kind = (field.Value.Text, field.Value.Position);
            }
            else
            {
                apiVersion = (field.Value.Text, field.Value.Position);
            }
        }

        return wrongType is null ? (apiVersion, kind) : throw wrongType;
    }

    // Case folding of encoding/json, in which the Kelvin sign is a k and the long s an s.
    private static string Fold(string name) => name.ToUpperInvariant().Replace('\u212a', 'K').Replace('\u017f', 'S');

    private static (string Group, string Version) SplitApiVersion(string text, int position)
    {
        var parts = text.Split('/');
        return parts.Length switch
        {
            1 => ("", text),
            2 => (parts[0], parts[1]),
            _ => throw new DocumentException(
                $"unexpected GroupVersion string: {text}", position, $"invalid apiVersion {MessageText.Quote(text)}: expected kubelet.config.k8s.io/v1"),
        };
    }

    private static DocumentException Missing(string field, string line, byte[] content, int position) =>
        new($"Object '{field}' is missing in '{GoText.Decode(content)}'", position, $"\"{line.Split(':')[0]}\" is missing; add \"{line}\"");

    private static DocumentException NotRegistered(string group, string version, (string Text, int Position) kind, (string Text, int Position) apiVersion)
    {
        var isKindRight = kind.Text == ConfigSchema.Kind;
        var message = isKindRight
            ? $"invalid apiVersion {MessageText.Quote(apiVersion.Text)}: expected kubelet.config.k8s.io/v1, v1beta1 or v1alpha1"
            : $"invalid kind {MessageText.Quote(kind.Text)}: expected {ConfigSchema.Kind}";
        var groupVersion = group.Length == 0 ? version : $"{group}/{version}";
        var kubeletMessage = version == ConfigSchema.InternalVersion
            ? $"no kind {GoText.Quote(kind.Text)} is registered for the internal version of group {GoText.Quote(group)} in scheme \"{SchemeName}\""
            : $"no kind {GoText.Quote(kind.Text)} is registered for version {GoText.Quote(groupVersion)} in scheme \"{SchemeName}\"";
        return new DocumentException(kubeletMessage, isKindRight ? apiVersion.Position : kind.Position, message);
    }

    // The parsers allow this depth for each kind of nesting; JSON that YAML was converted to may be deeper.
    private static void RequireDepth(DocumentNode root)
    {
        var open = new Stack<(DocumentNode Node, int Depth)>([(root, 1)]);
        var seen = new HashSet<DocumentNode>();
        while (open.TryPop(out var item))
        {
            var (node, depth) = item;
            if (node.Kind is not (DocumentNodeKind.Array or DocumentNodeKind.Object) || !seen.Add(node))
            {
                continue;
            }

            if (depth > MaxJsonDepth)
            {
                var bracket = node.Kind == DocumentNodeKind.Array ? '[' : '{';
                throw new DocumentException(
                    $"couldn't get version/kind; json parse error: invalid character '{bracket}' exceeded max depth",
                    node.Position,
                    "lists and maps are nested too deeply");
            }

            foreach (var field in node.Fields)
            {
                open.Push((field.Value, depth + 1));
            }

            foreach (var child in node.Items)
            {
                open.Push((child, depth + 1));
            }
        }
    }
}
