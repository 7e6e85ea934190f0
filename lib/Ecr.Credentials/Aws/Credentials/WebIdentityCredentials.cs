using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>A role that the environment names, assumed with a token in a file, as in pods of EKS.</summary>
/// <param name="environment">Reads a variable.</param>
/// <param name="sts">Assumes the role.</param>
internal sealed class WebIdentityCredentials(Func<string, string?> environment, StsClient sts) : ICredentialSource
{
    private const string FileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE";
    private const string RoleVariable = "AWS_ROLE_ARN";

    public async Task<ResolvedCredentials?> FindAsync(CredentialLookup search, CancellationToken cancellationToken)
    {
        if (environment(FileVariable) is not { } path)
        {
            search.Miss($"{FileVariable} is not set");
            return null;
        }

        var role = environment(RoleVariable) ?? throw Misconfigured($"{FileVariable} is set and {RoleVariable} is not. Set both, or none of them.");
        return await AssumeAsync(path, role, environment("AWS_ROLE_SESSION_NAME"), RoleVariable, search, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="path">The file with the token.</param>
    /// <param name="role">The ARN of the role.</param>
    /// <param name="sessionName">The name of the session; null for the product's.</param>
    /// <param name="roleSetting">What names the role, for messages.</param>
    /// <param name="search">The search that the role is for.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EcrCredentialException">The file or the ARN cannot be used, or STS refuses.</exception>
    public Task<ResolvedCredentials> AssumeAsync(
        string path, string role, string? sessionName, string roleSetting, CredentialLookup search, CancellationToken cancellationToken)
    {
        var session = new RoleSession(AwsRoleArn.ParseSetting(roleSetting, role), sessionName);
        return sts.AssumeRoleWithWebIdentityAsync(TokenTextFile.Read(path), $"the token in {MessageText.Quote(path)}", session, search, cancellationToken);
    }

    private static EcrCredentialException Misconfigured(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.InvalidConfiguration, message, cause);
}
