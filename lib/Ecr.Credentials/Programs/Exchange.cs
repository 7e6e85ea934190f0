using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Programs;

/// <summary>What all exchanges over standard streams have in common: one deadline for everything, and one line for whatever fails.</summary>
internal static class Exchange
{
    // Requests are some hundred bytes, a few kilobytes with a service-account token.
    private const int MaxInputLength = 1 << 20;

    /// <param name="exchange">Reads the request, gets the credentials and writes the response.</param>
    /// <param name="options">Timeout, clock and advice; the defaults if <see langword="null"/>.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns><see langword="null"/> on success.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "No input may end in a stack trace.")]
    public static async Task<ExchangeFailure?> RunAsync(
        Func<CancellationToken, Task> exchange, ProgramOptions? options, CancellationToken cancellationToken)
    {
        options ??= new ProgramOptions();
        options.Validate();

        using var deadline = options.TimeProvider == TimeProvider.System
            ? new CancellationTokenSource()
            : new CancellationTokenSource(Timeout.InfiniteTimeSpan, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var running = exchange(either.Token);

            // Starting the timer starts a thread, which an exchange that has completed already does not need.
            if (!running.IsCompleted)
            {
                deadline.CancelAfter(options.Timeout);
            }

            await running.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Fail(EcrCredentialErrorReason.Timeout, $"timed out after {GoDuration.Format(options.Timeout)}: {e.Message}", options);
        }
        catch (EcrCredentialException e)
        {
            return Fail(e.Reason, e.Message, options);
        }
        catch (Exception e) when (IsBrokenStream(e))
        {
            return new ExchangeFailure(ExitCode.Failure, $"standard input or output failed: {MessageText.OneLine(e.GetBaseException().Message)}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new ExchangeFailure(ExitCode.Failure, $"unexpected error: {e.GetType().Name}: {MessageText.OneLine(e.Message)}");
        }
    }

    /// <summary>Writes the error line of a failure, if there is one, and returns the exit code.</summary>
    public static int Report(ExchangeFailure? failure, TextWriter error, ProgramOptions? options)
    {
        if (failure is null)
        {
            return ExitCode.Success;
        }

        // If standard error is gone, the exit code still reports the failure.
        _ = TryWriteLine(error, $"{(options ?? new ProgramOptions()).Name}: {failure.Message}");
        return failure.ExitCode;
    }

    /// <summary>Writes a line, unless the stream is gone.</summary>
    public static bool TryWriteLine(TextWriter writer, string line)
    {
        try
        {
            writer.WriteLine(line);
            return true;
        }
        catch (Exception e) when (IsBrokenStream(e))
        {
            return false;
        }
    }

    /// <summary>Whether a standard stream is gone. For a closed descriptor .NET reports that access is denied.</summary>
    public static bool IsBrokenStream(Exception e) => e is IOException or UnauthorizedAccessException;

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

    public static async Task WriteAsync(Stream output, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
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
    private static async ValueTask<int> ReadAsync(Stream input, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var reading = input.ReadAsync(buffer, cancellationToken);
        if (reading.IsCompletedSuccessfully)
        {
            return reading.Result;
        }

        try
        {
            return await reading.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("waiting for the end of standard input", e, cancellationToken);
        }
    }
}
