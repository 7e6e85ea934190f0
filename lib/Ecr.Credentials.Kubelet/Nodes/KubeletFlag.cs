using System.Globalization;

namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>One of the two flags for credential providers, as a file or process has it.</summary>
/// <remarks>Immutable.</remarks>
public sealed class KubeletFlag
{
    /// <summary>The flag that names the configuration.</summary>
    internal const string Configuration = "image-credential-provider-config";

    /// <summary>The flag that names the directory of the plugins.</summary>
    internal const string BinDirectory = "image-credential-provider-bin-dir";

    internal KubeletFlag(string name, string value, string file, int line)
    {
        Name = name;
        Value = value;
        File = file;
        Line = line;
    }

    /// <summary><c>image-credential-provider-config</c> or <c>image-credential-provider-bin-dir</c>.</summary>
    public string Name { get; }

    /// <summary>The value, with variables expanded.</summary>
    public string Value { get; }

    /// <summary>The path on the node of the file that has the flag.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; 0 if it is not known.</summary>
    public int Line { get; }

    /// <summary>The place, the name and the value.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}: --{Name}={Value}");

    /// <summary>Finds the two flags among the arguments of a kubelet.</summary>
    /// <param name="arguments">The arguments, each with its place.</param>
    /// <param name="prefix">What is in front of the name: two dashes for a kubelet, nothing for <c>kubelet-arg</c>.</param>
    internal static IEnumerable<KubeletFlag> Find(IReadOnlyList<(string Text, string File, int Line)> arguments, string prefix = "--")
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (text, file, line) = arguments[i];
            foreach (var name in new[] { Configuration, BinDirectory })
            {
                var flag = prefix + name;
                if (text.StartsWith($"{flag}=", StringComparison.Ordinal))
                {
                    yield return new KubeletFlag(name, text[(flag.Length + 1)..], file, line);
                }
                else if (text == flag && i + 1 < arguments.Count)
                {
                    yield return new KubeletFlag(name, arguments[i + 1].Text, file, line);
                }
            }
        }
    }
}
