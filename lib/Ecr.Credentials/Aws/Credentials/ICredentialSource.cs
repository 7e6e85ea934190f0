namespace Ecr.Credentials.Aws.Credentials;

/// <summary>One source of AWS credentials, a link of the credential provider chain.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
internal interface ICredentialSource
{
    /// <summary>Looks for credentials.</summary>
    /// <param name="lookup">What the credentials are for.</param>
    /// <param name="cancellationToken">Cancels the lookup and whatever it has started.</param>
    /// <returns>The credentials, or why this source is not configured.</returns>
    /// <exception cref="EcrCredentialException">The source is configured but cannot provide credentials. The chain ends here.</exception>
    Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken);
}
