using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Ecr.Credentials.Processes;

namespace Ecr.Credentials.Kubelet.Plugins.Processes;

/// <summary>Runs the process of a plugin to its end.</summary>
internal static class PluginProcess
{
    // The kubelet has no limits.
    private const int MaxOutputLength = 64 * 1024 * 1024;
    private const int MaxErrorLength = 1024 * 1024;

    // Allocated for each run where the process is not read piece by piece.
    private const int MaxBufferedLength = 4 * 1024 * 1024;

    /// <summary>Starts the program, writes its input, reads both outputs and waits until it and everybody who holds the outputs has ended.</summary>
    /// <param name="command">The program.</param>
    /// <param name="input">Written to standard input, which is then closed. The program may end without reading it.</param>
    /// <param name="cancellationToken">Kills the program with all that it has started.</param>
    /// <returns>How it ended. If it was killed, what it wrote until then, where the system allows to know.</returns>
    public static async Task<PluginExit> RunAsync(PluginCommand command, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux())
        {
            return await LinuxProcess.RunAsync(command, input, MaxOutputLength, MaxErrorLength, cancellationToken).ConfigureAwait(false);
        }

        var start = new ProcessStartInfo(Path.GetFullPath(command.Path), command.Arguments);
        start.Environment.Clear();
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            var result = await ChildProcess.RunAsync(start, input, MaxBufferedLength, cancellationToken).ConfigureAwait(false);
            var fault = result.IsOutputTooLong ? string.Create(CultureInfo.InvariantCulture, $"more than {MaxBufferedLength} bytes on standard output")
                : result.ExitCode != 0 ? string.Create(CultureInfo.InvariantCulture, $"exit status {result.ExitCode}")
                : null;
            return new PluginExit(fault, result.Output, result.Error);
        }
        catch (Win32Exception e)
        {
            return new PluginExit(PluginCommand.StartFault(command.Path, e.Message), default, default);
        }
        catch (OperationCanceledException)
        {
            return new PluginExit("signal: killed", default, default);
        }
    }
}
