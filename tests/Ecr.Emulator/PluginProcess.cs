using System.Diagnostics;

namespace Ecr.Emulator;

/// <summary>
/// Runs a credential provider plugin as the kubelet does: writes the request to stdin and closes it, collects stdout and stderr, and kills
/// the process at the deadline.
/// </summary>
public static class PluginProcess
{
    /// <summary>The kubelet's own deadline.</summary>
    public static TimeSpan KubeletTimeout { get; } = TimeSpan.FromMinutes(1);

    /// <param name="path">The path of the executable.</param>
    /// <param name="arguments">Passed verbatim, without a shell.</param>
    /// <param name="environment">The whole environment of the process: nothing is inherited.</param>
    /// <param name="input">The bytes on stdin.</param>
    /// <param name="timeout">The time after which the process is killed; null means <see cref="KubeletTimeout"/>.</param>
    /// <param name="directory">The working directory of the process; null for that of this process.</param>
    /// <param name="cancellationToken">Also kills the process.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The executable cannot be started.</exception>
    public static async Task<PluginResult> RunAsync(
        string path,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        ReadOnlyMemory<byte> input,
        TimeSpan? timeout = null,
        string? directory = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(environment);

        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = directory ?? "",
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var started = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout ?? KubeletTimeout);

        var output = ReadToEndAsync(process.StandardOutput.BaseStream);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var timedOut = false;
        try
        {
            await WriteAsync(process, input, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            timedOut = true;
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        var duration = Stopwatch.GetElapsedTime(started);
        cancellationToken.ThrowIfCancellationRequested();
        return new PluginResult
        {
            ExitCode = process.ExitCode,
            StandardOutput = await output,
            StandardError = await error,
            Duration = duration,
            TimedOut = timedOut,
        };
    }

    private static async Task<byte[]> ReadToEndAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A plugin may exit without reading its input; the kubelet allows that too.
        }
    }
}
