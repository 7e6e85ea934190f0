using System.Buffers;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Programs;

/// <summary>Runs one exchange as the kubelet expects it of a plugin: request in, response out, an exit code.</summary>
/// <remarks>Rules: <see href="https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/"/>.</remarks>
public static class CredentialProviderProgram
{
    /// <summary>A response was written: 0.</summary>
    public const int Success = 0;

    /// <summary>No credential could be got: 1. Trying again may help.</summary>
    public const int Failure = 1;

    /// <summary>Request, arguments or configuration are wrong: 2. Trying again does not help.</summary>
    public const int Misuse = 2;

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

        var failure = await Exchange.RunAsync(token => AnswerAsync(input, output, provider, token), timeout, timeProvider, cancellationToken)
            .ConfigureAwait(false);
        return Exchange.Tell(failure, error);
    }

    private static async Task AnswerAsync(Stream input, Stream output, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        var request = ReadRequest(await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false));
        var response = await provider.GetCredentialsAsync(request, cancellationToken).ConfigureAwait(false);

        var buffer = new ArrayBufferWriter<byte>();
        response.WriteTo(buffer);
        await Exchange.WriteAsync(output, buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private static CredentialProviderRequest ReadRequest(ReadOnlyMemory<byte> json) =>
        CredentialProviderRequest.TryParse(json.Span, out var request, out var fault) ? request : throw Exchange.BadRequest(fault);
}
