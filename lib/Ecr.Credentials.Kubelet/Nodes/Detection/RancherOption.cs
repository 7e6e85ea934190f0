using YamlDotNet.Core;
using YamlDotNet.Core.Events;

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
        var options = new List<RancherOption>();
        try
        {
            var parser = new Parser(new StringReader(text));
            var depth = 0;
            string? key = null;
            while (parser.MoveNext())
            {
                var position = (int)parser.Current!.Start.Line;
                switch (parser.Current)
                {
                    case DocumentEnd:
                        return options;
                    case Scalar scalar when depth == 1 && key is null:
                        key = scalar.Value;
                        break;
                    case Scalar scalar when key is not null:
                        var isAddition = key.EndsWith('+');
                        options.Add(new RancherOption(isAddition ? key[..^1] : key, scalar.Value, isAddition, file, position));
                        key = depth == 1 ? null : key;
                        break;
                    case MappingStart or SequenceStart:
                        depth++;
                        break;
                    case MappingEnd or SequenceEnd:
                        depth--;
                        key = depth <= 1 ? null : key;
                        break;
                    default:
                        break;
                }
            }

            return options;
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            // Some damage makes the parser fail rather than refuse.
            return [];
        }
    }
}
