namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Answers what the kubelet asks the API server about service accounts. Implementations are thread-safe.</summary>
/// <remarks>Both are asked each time, also if the answer of the plugin is cached. An exception means that the provider gives no credentials.</remarks>
public interface IServiceAccountSource
{
    /// <summary>Gets a service account.</summary>
    /// <param name="identity">Which one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The service account.</returns>
    ValueTask<ServiceAccount> GetServiceAccountAsync(ServiceAccountIdentity identity, CancellationToken cancellationToken);

    /// <summary>Gets a token of a service account.</summary>
    /// <param name="request">Which one, and for whom.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The token.</returns>
    ValueTask<string> GetTokenAsync(ServiceAccountTokenRequest request, CancellationToken cancellationToken);
}
