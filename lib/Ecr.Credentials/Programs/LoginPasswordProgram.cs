using System.Text;

namespace Ecr.Credentials.Programs;

/// <summary>Writes a password for <c>docker login --username AWS --password-stdin</c>, as <c>aws ecr get-login-password</c> does.</summary>
public static class LoginPasswordProgram
{
    /// <summary>
    /// Asks for a password and writes it on one line. On failure nothing goes to <paramref name="output"/>, and one line to <paramref name="error"/>,
    /// whatever hangs.
    /// </summary>
    /// <param name="imageOrHost">
    /// An image or host, without scheme; <see langword="null"/> for the private registries of the default region.
    /// </param>
    /// <param name="output">Takes the password.</param>
    /// <param name="error">Takes the line that says what is wrong and what to do.</param>
    /// <param name="provider">Gives the password.</param>
    /// <param name="timeout">
    /// The time that everything together may take, above zero; <see cref="CredentialProviderProgram.DefaultTimeout"/> if left out.
    /// </param>
    /// <param name="timeProvider">The clock of the timeout; the system's if left out.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <returns>The exit code, as for <see cref="CredentialProviderProgram"/>.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="timeout"/> is not above zero, or above <see cref="CredentialProviderProgram.MaxTimeout"/>.
    /// </exception>
    public static async Task<int> RunAsync(
        string? imageOrHost,
        Stream output,
        TextWriter error,
        EcrCredentialProvider provider,
        TimeSpan? timeout = null,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(provider);

        var failure = await Exchange.RunAsync(token => WriteAsync(imageOrHost, output, provider, token), timeout, timeProvider, cancellationToken)
            .ConfigureAwait(false);
        return Exchange.Tell(failure, error);
    }

    private static async Task WriteAsync(string? imageOrHost, Stream output, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        var password = imageOrHost is null
            ? (await provider.GetDefaultTokenAsync(cancellationToken).ConfigureAwait(false)).Password
            : (await provider.GetAuthAsync(imageOrHost, cancellationToken).ConfigureAwait(false)).Password;
        await Exchange.WriteAsync(output, Encoding.UTF8.GetBytes($"{password}\n"), cancellationToken).ConfigureAwait(false);
    }
}
