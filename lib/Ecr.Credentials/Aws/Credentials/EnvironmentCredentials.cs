using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>Access keys in environment variables, also under the older names that the SDKs for Go and .NET accept.</summary>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class EnvironmentCredentials(Func<string, string?> environment) : ICredentialSource
{
    public Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken) => Task.FromResult(Find());

    private CredentialResult Find()
    {
        var accessKey = environment("AWS_ACCESS_KEY_ID") ?? environment("AWS_ACCESS_KEY");
        var secretKey = environment("AWS_SECRET_ACCESS_KEY") ?? environment("AWS_SECRET_KEY");
        return (accessKey, secretKey) switch
        {
            ({ }, { }) => CredentialResult.Found(new ResolvedCredentials(
                new ImmutableCredentials(accessKey, secretKey, environment("AWS_SESSION_TOKEN")), "the environment (AWS_ACCESS_KEY_ID)")),
            (null, null) => CredentialResult.NotFound("AWS_ACCESS_KEY_ID is not set"),
            (null, { }) => throw Incomplete("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            _ => throw Incomplete("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        };
    }

    private static EcrCredentialException Incomplete(string set, string missing) =>
        EcrCredentialException.InvalidConfiguration($"{set} is set but {missing} is not: set both or neither.");
}
