using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Looks for a program as clients do, which are written in Go: <see href="https://pkg.go.dev/os/exec#LookPath"/>.</summary>
[SupportedOSPlatform("linux")]
internal static class ProgramSearch
{
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The first file of that name that can be executed.</summary>
    /// <returns>The path, and why it cannot be executed if none can; null if there is no such file.</returns>
    public static (string Path, string? Problem)? Find(string path, string program)
    {
        (string, string?)? unusable = null;
        foreach (var directory in path.Split(':'))
        {
            // Go refuses what it finds by way of the working directory.
            if (!directory.StartsWith('/'))
            {
                continue;
            }

            var file = System.IO.Path.Join(directory, program);
            if (Directory.Exists(file))
            {
                unusable ??= (file, "is a directory");
            }
            else if (new FileInfo(file).LinkTarget is not null && File.ResolveLinkTarget(file, returnFinalTarget: true) is not { Exists: true })
            {
                unusable ??= (file, $"is a link to \"{new FileInfo(file).LinkTarget}\", which does not exist");
            }
            else if (File.Exists(file))
            {
                var mode = File.GetUnixFileMode(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file);
                if ((mode & Execute) != 0)
                {
                    return (file, null);
                }

                unusable ??= (file, $"has mode {Convert.ToString((int)mode, 8).PadLeft(4, '0')}, which does not allow to execute it");
            }
        }

        return unusable;
    }
}
