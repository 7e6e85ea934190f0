using System.Text;

namespace Ecr.Credentials.Programs;

/// <summary>Writes a password for <c>docker login --username AWS --password-stdin</c>, as <c>aws ecr get-login-password</c> does.</summary>
public static class LoginPasswordProgram
{
    /// <summary>
    /// Gets a password and writes it on one line. On failure nothing is written to <paramref name="output"/> and one line to <paramref name="error"/>,
    /// whatever blocks.
    /// </summary>
    /// <param name="imageOrHost">
    /// An image or host, without scheme; <see langword="null"/> for the private registries of the default region.
    /// </param>
    /// <param name="output">Receives the password.</param>
    /// <param name="error">Receives the line that says what is wrong and what to do.</param>
    /// <param name="provider">Provides the password.</param>
    /// <param name="options">Name, timeout and clock; the defaults if omitted.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns><see cref="ExitCode.Success"/>, <see cref="ExitCode.Failure"/> or <see cref="ExitCode.UsageError"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static async Task<int> RunAsync(
        string? imageOrHost,
        Stream output,
        TextWriter error,
        EcrCredentialProvider provider,
        ProgramOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(provider);
        options ??= new ProgramOptions();

        var failure = await Exchange.RunAsync(token => WriteAsync(imageOrHost, output, provider, token), options, cancellationToken)
            .ConfigureAwait(false);
        return await Exchange.ReportAsync(failure, error, options).ConfigureAwait(false);
    }

    private static async Task WriteAsync(string? imageOrHost, Stream output, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        var password = imageOrHost is null
            ? (await provider.GetDefaultTokenAsync(cancellationToken).ConfigureAwait(false)).Password
            : (await provider.GetAuthAsync(imageOrHost, cancellationToken).ConfigureAwait(false)).Password;
        await Exchange.WriteAsync(output, Encoding.UTF8.GetBytes($"{password}\n"), cancellationToken).ConfigureAwait(false);
    }
}
