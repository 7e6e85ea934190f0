using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Programs;

/// <summary>What all exchanges over standard streams have in common: one deadline over everything, and one line for whatever goes wrong.</summary>
internal static class Exchange
{
    // Requests are some hundred bytes, a few kilobytes with a service-account token.
    private const int MaxInputLength = 1 << 20;

    /// <param name="exchange">Reads, asks and writes.</param>
    /// <param name="timeout">The time for all of it; <see cref="CredentialProviderProgram.DefaultTimeout"/> if null.</param>
    /// <param name="timeProvider">The clock of the timeout; the system's if null.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <returns>Null if all went well.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The timeout is not above zero, or above <see cref="CredentialProviderProgram.MaxTimeout"/>.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "No input may end in a stack trace.")]
    public static async Task<ExchangeFailure?> RunAsync(
        Func<CancellationToken, Task> exchange, TimeSpan? timeout, TimeProvider? timeProvider, CancellationToken cancellationToken)
    {
        var limit = timeout ?? CredentialProviderProgram.DefaultTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, CredentialProviderProgram.MaxTimeout, nameof(timeout));

        // Without a clock there is no timer yet: one that does not run takes its preparations nevertheless.
        using var deadline = timeProvider is null ? new CancellationTokenSource() : new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var running = exchange(either.Token);

            // A timer takes a thread, which an answer that was at hand needs not wait for.
            if (!running.IsCompleted)
            {
                deadline.CancelAfter(limit);
            }

            await running.ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new ExchangeFailure(
                CredentialProviderProgram.Failure,
                $"There was no credential within {GoDuration.Format(limit)}. {e.Message} Check the node's network, or raise --timeout.");
        }
        catch (EcrCredentialException e)
        {
            var isMisuse = e.Reason is EcrCredentialErrorReason.InvalidRequest
                or EcrCredentialErrorReason.InvalidConfiguration
                or EcrCredentialErrorReason.NotAnEcrRegistry;
            return new ExchangeFailure(isMisuse ? CredentialProviderProgram.Misuse : CredentialProviderProgram.Failure, e.Message);
        }
        catch (Exception e) when (IsBrokenStream(e))
        {
            return new ExchangeFailure(
                CredentialProviderProgram.Failure, $"Standard input or output broke: {MessageText.OneLine(e.GetBaseException().Message)}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new ExchangeFailure(
                CredentialProviderProgram.Failure, $"Something unforeseen failed, {e.GetType().Name}: {MessageText.OneLine(e.Message)}");
        }
    }

    /// <summary>Writes the line of a failure, if it is one, and gives the exit code.</summary>
    public static int Tell(ExchangeFailure? failure, TextWriter error)
    {
        if (failure is null)
        {
            return CredentialProviderProgram.Success;
        }

        // Where nobody reads any more, the exit code tells it.
        _ = TryWriteLine(error, $"ecr-credential-provider: {failure.Message}");
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

    /// <summary>Whether a standard stream is gone. Of a descriptor that is closed .NET says that access is denied.</summary>
    public static bool IsBrokenStream(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Reads up to the end of the stream.</summary>
    /// <exception cref="EcrCredentialException">There is more than 1 MiB.</exception>
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
                throw BadRequest("It is longer than 1 MiB.");
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

    public static EcrCredentialException BadRequest(string fault) =>
        new(EcrCredentialErrorReason.InvalidRequest, $"The request on standard input cannot be used. {fault}");

    // A read of standard input cannot be cancelled; the wait for it can.
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
            throw new OperationCanceledException("The request on standard input had not ended yet.", e, cancellationToken);
        }
    }
}
