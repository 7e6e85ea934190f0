using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Programs;

/// <summary>What all exchanges over standard streams have in common: one deadline for everything, and one line for whatever fails.</summary>
internal static class Exchange
{
    // Requests are some hundred bytes, a few kilobytes with a service-account token.
    private const int MaxInputLength = 1 << 20;

    // How long something that does not end when it is canceled is waited for.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    /// <param name="exchange">Reads the request, gets the credentials and writes the response.</param>
    /// <param name="options">Timeout, clock and advice.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns><see langword="null"/> on success.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "No input may end in a stack trace.")]
    public static async Task<ExchangeFailure?> RunAsync(
        Func<CancellationToken, Task> exchange, ProgramOptions options, CancellationToken cancellationToken)
    {
        options.Validate();

        using var deadline = options.TimeProvider == TimeProvider.System
            ? new CancellationTokenSource()
            : new CancellationTokenSource(Timeout.InfiniteTimeSpan, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            // A stream, file system or name service may block, so that nothing below would run.
            var token = either.Token;
            var running = options.MayBlock ? exchange(token) : Task.Run(() => exchange(token), CancellationToken.None);

            // Starting the timer starts a thread, which an exchange that has completed already does not need.
            if (!running.IsCompleted)
            {
                deadline.CancelAfter(options.Timeout);
            }

            await WaitAsync(running, token).ConfigureAwait(false);
            return null;
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested)
        {
            return Fail(EcrCredentialErrorReason.Timeout, DescribeTimeout(options.Timeout, e.Message), options);
        }
        catch (EcrCredentialException e)
        {
            return Fail(e.Reason, e.Message, options);
        }
        catch (StreamException e)
        {
            return new ExchangeFailure(ExitCode.Failure, $"standard input or output failed: {MessageText.OneLine(e.Message)}");
        }
        catch (Exception e)
        {
            return new ExchangeFailure(ExitCode.Failure, Describe(e));
        }
    }

    /// <summary>Describes a failure that has no better description.</summary>
    public static string Describe(Exception exception) => exception is OutOfMemoryException
        ? "out of memory, or no thread could be started: raise the limits of memory and processes"
        : $"unexpected error: {exception.GetType().Name}: {MessageText.OneLine(exception.Message)}";

    public static string DescribeTimeout(TimeSpan timeout, string waitingFor) => $"timed out after {GoDuration.Format(timeout)}: {waitingFor}";

    /// <summary>Writes the error line of a failure, if there is one, and returns the exit code.</summary>
    public static async Task<int> ReportAsync(ExchangeFailure? failure, TextWriter error, ProgramOptions options)
    {
        if (failure is null)
        {
            return ExitCode.Success;
        }

        // If standard error is gone or takes no text, the exit code still reports the failure.
        await WriteErrorAsync(failure.Message, error, options).ConfigureAwait(false);
        return failure.ExitCode;
    }

    /// <summary>Writes a line to standard error, unless it is gone or takes no text.</summary>
    public static async Task WriteErrorAsync(string message, TextWriter error, ProgramOptions options)
    {
        var line = $"{options.Name}: {message}";
        if (options.MayBlock)
        {
            _ = TryWriteLine(error, line);
        }
        else
        {
            await LeaveBehindAsync(Task.Run(() => TryWriteLine(error, line))).ConfigureAwait(false);
        }
    }

    /// <summary>Waits a moment for something that has no timeout of its own; returns whether it has succeeded.</summary>
    public static async Task<bool> LeaveBehindAsync(Task running)
    {
        if (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(Grace)).ConfigureAwait(false);
            Observe(running);
        }

        return running.IsCompletedSuccessfully;
    }

    /// <summary>Reads up to the end of the stream.</summary>
    /// <exception cref="EcrCredentialException">The stream has more than 1 MiB.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadToEndAsync(Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 4);
            }

            var read = await ReadAsync(input, buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            length += read;
            if (length > MaxInputLength)
            {
                throw InvalidRequest("larger than 1 MiB");
            }

            if (read == 0)
            {
                return buffer.AsMemory(0, length);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stream of the caller may throw anything.")]
    public static async Task WriteAsync(Stream output, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            var writing = output.WriteAsync(bytes, cancellationToken);
            if (!writing.IsCompletedSuccessfully)
            {
                await writing.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            var flushing = output.FlushAsync(cancellationToken);
            if (!flushing.IsCompletedSuccessfully)
            {
                await flushing.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("waiting for a reader of standard output", e, cancellationToken);
        }
        catch (Exception e)
        {
            throw new StreamException(e);
        }
    }

    public static EcrCredentialException InvalidRequest(string error) =>
        new(EcrCredentialErrorReason.InvalidRequest, $"invalid request on standard input: {error}");

    private static ExchangeFailure Fail(EcrCredentialErrorReason reason, string message, ProgramOptions options)
    {
        var advice = options.Advice?.Invoke(reason);
        var line = string.IsNullOrEmpty(advice) ? message : $"{message}{(message.EndsWith('.') ? "" : ".")} {advice}";
        return new ExchangeFailure(ExitCode.For(reason), line);
    }

    // A read of standard input cannot be canceled; the wait for it can.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stream of the caller may throw anything.")]
    private static async ValueTask<int> ReadAsync(Stream input, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var reading = input.ReadAsync(buffer, cancellationToken);
            return reading.IsCompletedSuccessfully
                ? reading.Result
                : await reading.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("waiting for the end of standard input", e, cancellationToken);
        }
        catch (Exception e)
        {
            throw new StreamException(e);
        }
    }

    // What is canceled says what it was waiting for, if it is given the time. What cannot be canceled is left behind.
    private static async Task WaitAsync(Task running, CancellationToken cancellationToken)
    {
        if (!running.IsCompleted)
        {
            var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = cancellationToken.UnsafeRegister(static canceled => ((TaskCompletionSource)canceled!).SetResult(), canceled);
            await Task.WhenAny(running, canceled.Task).ConfigureAwait(false);
            if (!running.IsCompleted)
            {
                await LeaveBehindAsync(running).ConfigureAwait(false);
            }
        }

        if (!running.IsCompleted)
        {
            throw new OperationCanceledException("waiting for a stream, a file system or a name service", cancellationToken);
        }

        await running.ConfigureAwait(false);
    }

    private static void Observe(Task task) =>
        _ = task.ContinueWith(
            static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A writer of the caller may throw anything.")]
    private static bool TryWriteLine(TextWriter writer, string line)
    {
        try
        {
            writer.WriteLine(line);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>A standard stream failed, as opposed to anything else that throws an <see cref="IOException"/>.</summary>
    [SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "It never leaves this class.")]
    [SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "It never leaves this class.")]
    private sealed class StreamException(Exception cause) : Exception(cause.GetBaseException().Message, cause);
}
