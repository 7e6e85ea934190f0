using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>Access keys in environment variables, also under the older names that the SDKs for Go and .NET take.</summary>
/// <param name="environment">Reads a variable.</param>
internal sealed class EnvironmentCredentials(Func<string, string?> environment) : ICredentialSource
{
    public Task<ResolvedCredentials?> FindAsync(CredentialLookup search, CancellationToken cancellationToken) => Task.FromResult(Find(search));

    private ResolvedCredentials? Find(CredentialLookup search)
    {
        var accessKey = environment("AWS_ACCESS_KEY_ID") ?? environment("AWS_ACCESS_KEY");
        var secretKey = environment("AWS_SECRET_ACCESS_KEY") ?? environment("AWS_SECRET_KEY");
        switch (accessKey, secretKey)
        {
            case ({ }, { }):
                return new ResolvedCredentials(
                    new ImmutableCredentials(accessKey, secretKey, environment("AWS_SESSION_TOKEN")), "the environment (AWS_ACCESS_KEY_ID)");
            case (null, null):
                search.Miss("AWS_ACCESS_KEY_ID is not set");
                return null;
            default:
                var (set, missing) = accessKey is null ? ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID") : ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
                throw new EcrCredentialException(
                    EcrCredentialErrorReason.InvalidConfiguration, $"{set} is set and {missing} is not. Set both, or none of them.");
        }
    }
}
