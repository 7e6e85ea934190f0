using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Systemd;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Setup;

/// <summary>Variables that are not on the command line, which every user of the machine can see.</summary>
[SupportedOSPlatform("linux")]
internal static class SetupVariables
{
    /// <summary>Asks for a value on the terminal without showing it.</summary>
    /// <exception cref="FormatException">There is no terminal.</exception>
    public static ExecEnvironmentVariable Ask(string name)
    {
        if (!Terminal.IsInteractive)
        {
            throw new FormatException($"cannot ask for {MessageText.Quote(name)}: standard input is not a terminal; use --env-file");
        }

        return new ExecEnvironmentVariable(name, Terminal.AskSecret($"{name}: "));
    }

    /// <summary>Reads a file with one <c>NAME=VALUE</c> a line; blank lines and lines that begin with <c>#</c> are ignored.</summary>
    /// <exception cref="FormatException">The file cannot be read, or has no variable.</exception>
    public static IReadOnlyList<ExecEnvironmentVariable> ReadFile(string path)
    {
        try
        {
            var variables = EnvironmentFile.Read(File.ReadAllText(path))
                .Select(variable => new ExecEnvironmentVariable(variable.Name, variable.Value))
                .ToArray();
            return variables.Length > 0 ? variables : throw new FormatException($"{MessageText.Quote(path)} has no line NAME=VALUE");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"cannot read {MessageText.Quote(path)}: {MessageText.OneLine(e.Message)}");
        }
    }
}
