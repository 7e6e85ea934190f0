using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Processes;

/// <summary>Runs a program to its end with bounded output. A canceled run leaves no process behind.</summary>
internal static class ChildProcess
{
    /// <summary>Starts the program, writes its input, reads both outputs and waits for its end.</summary>
    /// <param name="start">The program, by its absolute path, with arguments, environment and working directory. Streams are redirected here.</param>
    /// <param name="input">Written to standard input, which is then closed. The program may end without reading it.</param>
    /// <param name="maxOutputLength">
    /// The number of bytes that standard output may have. A program that writes more is killed. Of standard error as much is kept and the rest discarded.
    /// </param>
    /// <param name="cancellationToken">Kills the program with all that it has started, before <see cref="CancellationTokenSource.Cancel()"/> returns.</param>
    /// <returns>What the program wrote and how it ended.</returns>
    /// <exception cref="Win32Exception">The program cannot be started.</exception>
    /// <exception cref="OperationCanceledException">The run was canceled.</exception>
    [SuppressMessage(
        "Reliability", "CA2025:Tasks must complete before what they use is disposed", Justification = "The task disposes it.")]
    public static async Task<ChildProcessResult> RunAsync(
        ProcessStartInfo start, ReadOnlyMemory<byte> input, int maxOutputLength, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // A signal that ends this process must end the program too; one that the process handles otherwise must not. Registered first, because the
        // program may run for a while before Start returns.
        Process? process = null;
        void End(PosixSignalContext context)
        {
            if (!context.Cancel && Volatile.Read(ref process) is { } started)
            {
                Kill(started);
            }
        }

        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        process = Start(start);

        // The caller may end its own process as soon as Cancel returns, so the program must be dead by then. Nothing else in here waits for the token:
        // a continuation that ran first could end this method, and with it the registration, before the program is killed.
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                Kill(process);
                killed.SetResult();
            },
            null);

        // A process that escaped the kill may still hold the output open, so the end of the output is not awaited after a kill.
        var exchange = ExchangeAsync(process, input, maxOutputLength);
        await Task.WhenAny(exchange, killed.Task).ConfigureAwait(false);
        if (cancellationToken.IsCancellationRequested)
        {
            Observe(exchange);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await exchange.ConfigureAwait(false);
    }

    private static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        return Process.Start(start)!;
    }

    [SuppressMessage(
        "Reliability", "CA2025:Tasks must complete before what they use is disposed", Justification = "They are awaited, or end with the process's pipes.")]
    private static async Task<ChildProcessResult> ExchangeAsync(Process started, ReadOnlyMemory<byte> input, int maxOutputLength)
    {
        using var process = started;
        var writing = WriteInputAsync(process, input);
        var error = ReadBoundedAsync(process.StandardError.BaseStream, maxOutputLength);

        var buffer = new byte[maxOutputLength + 1];
        var length = await process.StandardOutput.BaseStream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false).ConfigureAwait(false);
        var isTooLong = length > maxOutputLength;
        if (isTooLong)
        {
            Kill(process);
        }

        await process.WaitForExitAsync().ConfigureAwait(false);
        if (isTooLong)
        {
            // Whatever still holds its pipes is not waited for.
            Observe(writing);
            Observe(error);
            return new ChildProcessResult(process.ExitCode, buffer.AsMemory(0, maxOutputLength), isOutputTooLong: true, default);
        }

        await writing.ConfigureAwait(false);
        return new ChildProcessResult(process.ExitCode, buffer.AsMemory(0, length), isOutputTooLong: false, await error.ConfigureAwait(false));
    }

    private static async Task WriteInputAsync(Process process, ReadOnlyMemory<byte> input)
    {
        try
        {
            if (!input.IsEmpty)
            {
                await process.StandardInput.BaseStream.WriteAsync(input).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended or closed its input without reading all of it.
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBoundedAsync(Stream stream, int maxLength)
    {
        var buffer = new byte[maxLength];
        var length = await stream.ReadAtLeastAsync(buffer, maxLength, throwOnEndOfStream: false).ConfigureAwait(false);
        if (length == maxLength)
        {
            // A program whose standard error is not read would block.
            await stream.CopyToAsync(Stream.Null).ConfigureAwait(false);
        }

        return buffer.AsMemory(0, length);
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself, or has become another user's, who alone may kill it.
        }
    }

    private static void Observe(Task task) =>
        _ = task.ContinueWith(
            static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
