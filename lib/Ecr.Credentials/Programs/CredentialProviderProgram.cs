using System.Buffers;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Programs;

/// <summary>Serves one exchange as a kubelet credential provider plugin: request in, response out, an exit code.</summary>
/// <remarks>Rules: <see href="https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/"/>.</remarks>
public static class CredentialProviderProgram
{
    /// <summary>
    /// Reads one request, gets the credentials and writes one response. On failure nothing is written to <paramref name="output"/> and one line to
    /// <paramref name="error"/>, for any input and whatever blocks.
    /// </summary>
    /// <param name="input">The request, up to the end of the stream; at most 1 MiB.</param>
    /// <param name="output">Receives the response.</param>
    /// <param name="error">Receives the line that says what is wrong and what to do.</param>
    /// <param name="provider">Provides the credentials.</param>
    /// <param name="options">Name, timeout and clock; the defaults if omitted.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns><see cref="ExitCode.Success"/>, <see cref="ExitCode.Failure"/> or <see cref="ExitCode.UsageError"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static async Task<int> RunAsync(
        Stream input,
        Stream output,
        TextWriter error,
        EcrCredentialProvider provider,
        ProgramOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(provider);
        options ??= new ProgramOptions();

        var failure = await Exchange.RunAsync(token => ServeAsync(input, output, provider, token), options, cancellationToken).ConfigureAwait(false);
        return await Exchange.ReportAsync(failure, error, options).ConfigureAwait(false);
    }

    private static async Task ServeAsync(Stream input, Stream output, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        var request = ReadRequest(await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false));
        var response = await provider.GetCredentialsAsync(request, cancellationToken).ConfigureAwait(false);

        var buffer = new ArrayBufferWriter<byte>();
        response.WriteTo(buffer);
        await Exchange.WriteAsync(output, buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private static CredentialProviderRequest ReadRequest(ReadOnlyMemory<byte> json) =>
        CredentialProviderRequest.TryParse(json.Span, out var request, out var error) ? request : throw Exchange.InvalidRequest(error);
}
