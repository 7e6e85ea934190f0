using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Nodes.Files;

namespace Ecr.Credentials.Kubelet.Nodes.Systemd;

/// <summary>What a unit and its drop-ins say about how a service is started.</summary>
/// <remarks>
/// Rules: <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.unit.html"/> and
/// <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines"/>.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class SystemdService
{
    // In the order of precedence.
    private static readonly string[] Directories =
        ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    private readonly Dictionary<string, SystemdVariable> _variables = new(StringComparer.Ordinal);
    private readonly List<string> _environmentFiles = [];

    private SystemdService(string name) => Name = name;

    /// <summary>The name without <c>.service</c>.</summary>
    public string Name { get; }

    /// <summary>The unit and its drop-ins, in the order in which they count.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>The last command line as it is written; null if there is none.</summary>
    public string? Command { get; private set; }

    /// <summary>The file with <see cref="Command"/>.</summary>
    public string CommandFile { get; private set; } = "";

    /// <summary>The line on which <see cref="Command"/> begins.</summary>
    public int CommandLine { get; private set; }

    /// <summary>The files of variables in their order, those that do not exist included.</summary>
    public IReadOnlyList<string> EnvironmentFiles => _environmentFiles;

    public IReadOnlyDictionary<string, SystemdVariable> Variables => _variables;

    /// <summary>Reads a service; null if there is no such unit, or it is masked.</summary>
    /// <param name="tree">The files of the node.</param>
    /// <param name="name">The name without <c>.service</c>.</param>
    /// <param name="withoutFile">A drop-in to leave out.</param>
    public static SystemdService? Load(NodeTree tree, string name, string? withoutFile = null)
    {
        if (Directories.Select(directory => $"{directory}/{name}.service").FirstOrDefault(tree.IsFile) is not { } unit)
        {
            return null;
        }

        // A file hides the files of its name in the directories after its own.
        var dropIns = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var directory in Directories.Select(directory => $"{directory}/{name}.service.d"))
        {
            foreach (var file in tree.List(directory).Where(file => file.EndsWith(".conf", StringComparison.Ordinal)))
            {
                _ = dropIns.TryAdd(file, $"{directory}/{file}");
            }
        }

        var service = new SystemdService(name) { Files = [unit, .. dropIns.Values.Where(file => file != withoutFile)] };
        foreach (var file in service.Files)
        {
            service.Read(file, tree.ReadText(file) ?? "");
        }

        // Files win over what the unit says, whatever the order: https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
        foreach (var file in service._environmentFiles)
        {
            foreach (var assignment in EnvironmentFile.Read(tree.ReadText(file) ?? ""))
            {
                service._variables[assignment.Name] = new SystemdVariable(assignment.Value, file, assignment.Line);
            }
        }

        return service;
    }

    /// <summary>The words of <see cref="Command"/> with variables expanded, each with the file that it comes from.</summary>
    public IReadOnlyList<(string Text, string File, int Line)> Arguments()
    {
        var arguments = new List<(string, string, int)>();
        foreach (var word in SystemdWords.Split(Command ?? ""))
        {
            if (word is ['$', not ('$' or '{'), ..])
            {
                if (_variables.TryGetValue(word[1..], out var variable))
                {
                    arguments.AddRange(SystemdWords.Split(variable.Value, keepsUnknownEscapes: true).Select(part => (part, variable.File, variable.Line)));
                }

                continue;
            }

            arguments.Add((Expand(word), CommandFile, CommandLine));
        }

        return arguments;
    }

    /// <summary>Whether the command line takes the words of a variable.</summary>
    public bool TakesVariable(string name) => SystemdWords.Split(Command ?? "").Contains($"${name}");

    private string Expand(string word)
    {
        var text = new StringBuilder();
        for (var i = 0; i < word.Length; i++)
        {
            var rest = word.AsSpan(i);
            if (rest.StartsWith("$$") || rest.StartsWith("%%"))
            {
                text.Append(rest[0]);
                i++;
            }
            else if (rest.StartsWith("${") && rest.IndexOf('}') is var end and > 0)
            {
                text.Append(_variables.TryGetValue(rest[2..end].ToString(), out var variable) ? variable.Value : "");
                i += end;
            }
            else
            {
                text.Append(rest[0]);
            }
        }

        return text.ToString();
    }

    private void Read(string file, string text)
    {
        var section = "";
        foreach (var (line, content) in LogicalLines(text))
        {
            if (content.StartsWith('['))
            {
                section = content;
                continue;
            }

            var equals = content.IndexOf('=', StringComparison.Ordinal);
            if (section != "[Service]" || equals < 0)
            {
                continue;
            }

            var value = content[(equals + 1)..].Trim();
            switch (content[..equals].Trim())
            {
                case "ExecStart":
                    // An empty value takes back what was said before.
                    (Command, CommandFile, CommandLine) = value.Length == 0 ? (null, "", 0) : (value, file, line);
                    break;
                case "Environment" when value.Length == 0:
                    _variables.Clear();
                    break;
                case "Environment":
                    foreach (var word in SystemdWords.Split(value))
                    {
                        var separator = word.IndexOf('=', StringComparison.Ordinal);
                        if (separator > 0)
                        {
                            var expanded = word[(separator + 1)..].Replace("%%", "%", StringComparison.Ordinal);
                            _variables[word[..separator]] = new SystemdVariable(expanded, file, line);
                        }
                    }

                    break;
                case "EnvironmentFile" when value.Length == 0:
                    _environmentFiles.Clear();
                    break;
                case "EnvironmentFile":
                    _environmentFiles.Add(value.TrimStart('-'));
                    break;
                default:
                    break;
            }
        }
    }

    private static IEnumerable<(int Line, string Content)> LogicalLines(string text)
    {
        var pending = new StringBuilder();
        var first = 0;
        foreach (var (index, raw) in text.Split('\n').Index())
        {
            var content = raw.Trim();
            if (content is ['#' or ';', ..] || (content.Length == 0 && pending.Length == 0))
            {
                continue;
            }

            first = pending.Length == 0 ? index + 1 : first;
            if (content.EndsWith('\\'))
            {
                pending.Append(content.AsSpan(0, content.Length - 1).TrimEnd()).Append(' ');
                continue;
            }

            yield return (first, pending.Append(content).ToString());
            pending.Clear();
        }
    }
}
