using Ecr.Credentials.Kubelet.Plugins;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>An API server that answers as configured and records the tokens it was asked for.</summary>
internal sealed class ServiceAccountAnswers : IServiceAccountSource
{
    private readonly Lock _gate = new();
    private readonly List<ServiceAccountTokenRequest> _requests = [];

    public required Func<ServiceAccountIdentity, ServiceAccount> Account { get; init; }

    public required Func<ServiceAccountTokenRequest, int, string> Token { get; init; }

    public ServiceAccountTokenRequest[] TakeRequests()
    {
        lock (_gate)
        {
            ServiceAccountTokenRequest[] requests = [.. _requests];
            _requests.Clear();
            return requests;
        }
    }

    public ValueTask<ServiceAccount> GetServiceAccountAsync(ServiceAccountIdentity identity, CancellationToken cancellationToken) => new(Account(identity));

    public ValueTask<string> GetTokenAsync(ServiceAccountTokenRequest request, CancellationToken cancellationToken)
    {
        int number;
        lock (_gate)
        {
            _requests.Add(request);
            number = _requests.Count;
        }

        return new(Token(request, number));
    }
}
