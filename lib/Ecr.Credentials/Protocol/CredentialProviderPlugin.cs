using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Protocol;

/// <summary>Runs one exchange as the kubelet expects it of a plugin: request in, response out, an exit code.</summary>
/// <remarks>Rules: <see href="https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/"/>.</remarks>
public static class CredentialProviderPlugin
{
    /// <summary>A response was written: 0.</summary>
    public const int Success = 0;

    /// <summary>No credential could be got: 1. Trying again may help.</summary>
    public const int Failure = 1;

    /// <summary>Request, arguments or configuration are wrong: 2. Trying again does not help.</summary>
    public const int Misuse = 2;

    // The kubelet's requests are some hundred bytes, a few kilobytes with a service-account token.
    private const int MaxRequestLength = 1 << 20;

    /// <summary>The longest time that an exchange may take: 60 s, after which the kubelet kills a plugin.</summary>
    public static TimeSpan MaxTimeout { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The time that an exchange may take by default: 50 s, so that the reason of a failure is told before the kubelet's limit.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(50);

    /// <summary>
    /// Reads one request, asks for the credential and writes one response. On failure nothing goes to <paramref name="output"/>, and one line to
    /// <paramref name="error"/>, whatever hangs and whatever the input is.
    /// </summary>
    /// <param name="input">The request, up to the end of the stream; at most 1 MiB.</param>
    /// <param name="output">Takes the response.</param>
    /// <param name="error">Takes the line that says what is wrong and what to do.</param>
    /// <param name="provider">Gives the credential.</param>
    /// <param name="timeout">The time that everything together may take, above zero; <see cref="DefaultTimeout"/> if left out.</param>
    /// <param name="timeProvider">The clock of the timeout; the system's if left out.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <returns><see cref="Success"/>, <see cref="Failure"/> or <see cref="Misuse"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is not above zero, or above <see cref="MaxTimeout"/>.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "No input may end in a stack trace on the kubelet's log.")]
    public static async Task<int> RunAsync(
        Stream input,
        Stream output,
        TextWriter error,
        EcrCredentialProvider provider,
        TimeSpan? timeout = null,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(provider);
        var limit = timeout ?? DefaultTimeout;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxTimeout, nameof(timeout));

        using var deadline = new CancellationTokenSource(limit, timeProvider ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var request = await ReadRequestAsync(input, either.Token).ConfigureAwait(false);
            var response = await provider.GetCredentialsAsync(request, either.Token).ConfigureAwait(false);
            await WriteResponseAsync(response, output, either.Token).ConfigureAwait(false);
            return Success;
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Fail(error, Failure, $"There was no credential within {GoDuration.Format(limit)}. {e.Message} Check the node's network, or raise --timeout.");
        }
        catch (EcrCredentialException e)
        {
            var isMisuse = e.Reason is EcrCredentialErrorReason.InvalidRequest
                or EcrCredentialErrorReason.InvalidConfiguration
                or EcrCredentialErrorReason.NotAnEcrRegistry;
            return Fail(error, isMisuse ? Misuse : Failure, e.Message);
        }
        catch (IOException e)
        {
            return Fail(error, Failure, $"Standard input or output broke: {MessageText.OneLine(e.Message)}");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Fail(error, Failure, $"Something unforeseen failed, {e.GetType().Name}: {MessageText.OneLine(e.Message)}");
        }
    }

    private static async Task<CredentialProviderRequest> ReadRequestAsync(Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 4);
            }

            // A read of standard input cannot be cancelled; the wait for it can.
            var read = await Wait(input.ReadAsync(buffer.AsMemory(length), cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            length += read;
            if (length > MaxRequestLength)
            {
                throw BadRequest("It is longer than 1 MiB. The kubelet's requests never are.");
            }

            if (read == 0)
            {
                return CredentialProviderRequest.TryParse(buffer.AsSpan(0, length), out var request, out var fault)
                    ? request
                    : throw BadRequest(fault);
            }
        }

        static async Task<int> Wait(Task<int> read, CancellationToken cancellationToken)
        {
            try
            {
                return await read.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException("The request on standard input had not ended yet.", e, cancellationToken);
            }
        }
    }

    private static async Task WriteResponseAsync(CredentialProviderResponse response, Stream output, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        response.WriteTo(buffer);
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static EcrCredentialException BadRequest(string fault) =>
        new(EcrCredentialErrorReason.InvalidRequest, $"The request on standard input cannot be used. {fault}");

    private static int Fail(TextWriter error, int exitCode, string message)
    {
        error.WriteLine($"ecr-credential-provider: {message}");
        return exitCode;
    }
}
