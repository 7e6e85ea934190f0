using Amazon.Runtime;
using Ecr.Credentials.Aws.Http;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>
/// Access keys in environment variables, also under the older names that the AWS CLI and the SDKs for Go and .NET accept.
/// </summary>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class EnvironmentCredentials(Func<string, string?> environment) : ICredentialSource
{
    private static readonly string[] AccessKeyVariables = ["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"];
    private static readonly string[] SecretKeyVariables = ["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"];
    private static readonly string[] TokenVariables = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];

    public Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken) => Task.FromResult(Find());

    private CredentialResult Find()
    {
        var accessKey = FindFirst(AccessKeyVariables);
        var secretKey = FindFirst(SecretKeyVariables);
        return (accessKey, secretKey) switch
        {
            ({ }, { }) => CredentialResult.Found(new ResolvedCredentials(
                new ImmutableCredentials(accessKey, secretKey, FindFirst(TokenVariables)), "the environment (AWS_ACCESS_KEY_ID)", isConfigured: true)),
            (null, null) => CredentialResult.NotFound("AWS_ACCESS_KEY_ID is not set"),
            (null, { }) => throw Incomplete("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            _ => throw Incomplete("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        };
    }

    private string? FindFirst(ReadOnlySpan<string> variables)
    {
        foreach (var variable in variables)
        {
            if (environment(variable) is { } value)
            {
                // Secrets of Kubernetes often end in a line break.
                return HttpHeaderValue.IsValid(value)
                    ? value
                    : throw EcrCredentialException.InvalidConfiguration($"{variable} contains an invalid character such as a line break: remove it");
            }
        }

        return null;
    }

    private static EcrCredentialException Incomplete(string set, string missing) =>
        EcrCredentialException.InvalidConfiguration($"{set} is set but {missing} is not: set both or neither");
}
