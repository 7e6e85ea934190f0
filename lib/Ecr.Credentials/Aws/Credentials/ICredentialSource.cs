namespace Ecr.Credentials.Aws.Credentials;

/// <summary>A place where AWS credentials may be.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface ICredentialSource
{
    /// <summary>Looks for credentials.</summary>
    /// <param name="search">Is told what is not there, and what is being waited for.</param>
    /// <param name="cancellationToken">Ends the search, and with it whatever it has started.</param>
    /// <returns>The credentials; <see langword="null"/> if nobody put any here, which <paramref name="search"/> has then been told.</returns>
    /// <exception cref="EcrCredentialException">Credentials are meant to be here, and cannot be got. No other place is to be looked at then.</exception>
    Task<ResolvedCredentials?> FindAsync(CredentialLookup search, CancellationToken cancellationToken);
}
