using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>Answers for the API server: with the token and the annotations of the command line.</summary>
internal sealed class TokenFileServiceAccounts(string token, IReadOnlyDictionary<string, string> annotations) : IServiceAccountSource
{
    public ValueTask<ServiceAccount> GetServiceAccountAsync(ServiceAccountIdentity identity, CancellationToken cancellationToken) =>
        new(new ServiceAccount(uid: "") { Annotations = annotations });

    public ValueTask<string> GetTokenAsync(ServiceAccountTokenRequest request, CancellationToken cancellationToken) => new(token);
}
