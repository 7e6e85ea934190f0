namespace Ecr.Credentials.Aws.Identities;

internal sealed class ProfileCredentials : IIdentitySource
{
    public Task<AwsIdentity?> FindAsync(IdentitySearch search, CancellationToken cancellationToken)
    {
        search.Miss("no profiles");
        return Task.FromResult<AwsIdentity?>(null);
    }

    public Task<AwsIdentity> GetAsync(string name, IdentitySearch search, CancellationToken cancellationToken) => throw new NotSupportedException(name);
}
