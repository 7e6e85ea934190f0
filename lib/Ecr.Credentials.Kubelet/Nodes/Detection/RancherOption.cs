using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Configuration.Yaml;

namespace Ecr.Credentials.Kubelet.Nodes.Detection;

/// <summary>An option in a configuration file of K3s or RKE2: <see href="https://docs.k3s.io/installation/configuration#configuration-file"/>.</summary>
/// <param name="name">The name of the option on the command line, without dashes.</param>
/// <param name="value">A value of it; a list has one option per item.</param>
/// <param name="isAddition">Whether it adds to what earlier files say.</param>
/// <param name="file">The file.</param>
/// <param name="line">The line of the value.</param>
internal sealed class RancherOption(string name, string value, bool isAddition, string file, int line)
{
    public string Name { get; } = name;

    public string Value { get; } = value;

    public bool IsAddition { get; } = isAddition;

    public string File { get; } = file;

    public int Line { get; } = line;

    /// <summary>The options of a file; none if K3s could not read it either.</summary>
    public static IReadOnlyList<RancherOption> Read(string text, string file)
    {
        try
        {
            return YamlParser.Parse(YamlText.Decode(Encoding.UTF8.GetBytes(text)), out _) is { Root.Kind: YamlNodeKind.Mapping } tree
                ? [.. OptionsOf(tree.Root, file)]
                : [];
        }
        catch (DocumentException)
        {
            return [];
        }
    }

    private static IEnumerable<RancherOption> OptionsOf(YamlNode map, string file)
    {
        for (var child = map.FirstChild; child is { } key; child = key.Next!.Value.Next)
        {
            var value = key.Next!.Value.Target;
            var isAddition = key.Value.EndsWith('+');
            foreach (var item in value.Kind == YamlNodeKind.Sequence ? value.Children() : [value])
            {
                if (item.Target is { Kind: YamlNodeKind.Scalar } scalar)
                {
                    yield return new RancherOption(isAddition ? key.Value[..^1] : key.Value, scalar.Value, isAddition, file, item.Line);
                }
            }
        }
    }
}
