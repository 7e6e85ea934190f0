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
    public static Task<int> RunAsync(
        Stream input,
        Stream output,
        TextWriter error,
        EcrCredentialProvider provider,
        ProgramOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return RunAsync(input, output, error, provider.GetCredentialsAsync, options, cancellationToken);
    }

    /// <summary>As the other overload, for a registry of any kind: a plugin of your own.</summary>
    /// <param name="input">The request, up to the end of the stream; at most 1 MiB.</param>
    /// <param name="output">Receives the response.</param>
    /// <param name="error">Receives the line that says what is wrong and what to do.</param>
    /// <param name="getCredentials">
    /// Returns the response to a request; it is written in the API version of the request, whatever its own is. An
    /// <see cref="EcrCredentialException"/> determines error line and exit code; other exceptions are reported as unexpected.
    /// </param>
    /// <param name="options">Name, timeout and clock; the defaults if omitted.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns><see cref="ExitCode.Success"/>, <see cref="ExitCode.Failure"/> or <see cref="ExitCode.UsageError"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static async Task<int> RunAsync(
        Stream input,
        Stream output,
        TextWriter error,
        Func<CredentialProviderRequest, CancellationToken, ValueTask<CredentialProviderResponse>> getCredentials,
        ProgramOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(getCredentials);
        options ??= new ProgramOptions();

        var failure = await Exchange.RunAsync(token => ServeAsync(input, output, getCredentials, token), options, cancellationToken).ConfigureAwait(false);
        return await Exchange.ReportAsync(failure, error, options).ConfigureAwait(false);
    }

    private static async Task ServeAsync(
        Stream input,
        Stream output,
        Func<CredentialProviderRequest, CancellationToken, ValueTask<CredentialProviderResponse>> getCredentials,
        CancellationToken cancellationToken)
    {
        var request = ReadRequest(await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false));
        var response = await getCredentials(request, cancellationToken).ConfigureAwait(false)
            ?? throw new EcrCredentialException(EcrCredentialErrorReason.InvalidResponse, "the program returned no response");

        var buffer = new ArrayBufferWriter<byte>();
        response.WriteTo(buffer, request.ApiVersion);
        await Exchange.WriteAsync(output, buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private static CredentialProviderRequest ReadRequest(ReadOnlyMemory<byte> json) =>
        CredentialProviderRequest.TryParse(json.Span, out var request, out var error) ? request : throw Exchange.InvalidRequest(error);
}
