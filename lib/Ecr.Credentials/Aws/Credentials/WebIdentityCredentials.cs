using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>A role that the environment names, assumed with a token in a file, as in pods of EKS.</summary>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="sts">Assumes the role.</param>
internal sealed class WebIdentityCredentials(Func<string, string?> environment, StsClient sts) : ICredentialSource
{
    private const string FileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE";
    private const string RoleVariable = "AWS_ROLE_ARN";

    public async Task<CredentialResult> FindAsync(CredentialLookup lookup, CancellationToken cancellationToken)
    {
        if (environment(FileVariable) is not { } path)
        {
            return CredentialResult.NotFound($"{FileVariable} is not set");
        }

        var role = environment(RoleVariable)
            ?? throw EcrCredentialException.InvalidConfiguration($"{FileVariable} is set but {RoleVariable} is not: set both or neither");
        var file = new AwsSetting(FileVariable, path);
        return CredentialResult.Found(await AssumeAsync(file, role, environment("AWS_ROLE_SESSION_NAME"), RoleVariable, lookup, cancellationToken)
            .ConfigureAwait(false));
    }

    /// <param name="file">The path of the file with the token, and where it is set.</param>
    /// <param name="role">The ARN of the role.</param>
    /// <param name="sessionName">The role session name; the default if <see langword="null"/>.</param>
    /// <param name="roleSetting">The setting that names the role, for messages.</param>
    /// <param name="lookup">What the credentials are for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="EcrCredentialException">The file or the ARN is invalid, or the role cannot be assumed.</exception>
    public async Task<ResolvedCredentials> AssumeAsync(
        AwsSetting file, string role, string? sessionName, string roleSetting, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var session = new RoleSession(AwsRoleArn.ParseSetting(roleSetting, role.Trim()), sessionName);
        var path = HomeDirectory.Resolve(environment, file);
        var tokenName = $"the token in {MessageText.Quote(path)}";
        var assumed = await sts.AssumeRoleWithWebIdentityAsync(
            TokenTextFile.Read(path), tokenName, session, lookup.Registry, lookup.Settings, lookup.Progress, cancellationToken).ConfigureAwait(false);
        return new ResolvedCredentials(assumed, $"the role {session.Role}, assumed with {tokenName}");
    }
}
