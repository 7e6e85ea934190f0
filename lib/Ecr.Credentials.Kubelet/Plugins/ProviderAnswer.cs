using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What a provider contributed for an image, and how it came about.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="outcome">How it came about.</param>
internal sealed class ProviderAnswer(ProviderOutcome outcome)
{
    public ProviderOutcome Outcome { get; } = outcome;

    public AuthMap Auth { get; init; } = AuthMap.Empty;

    /// <summary>Why there is nothing, if the kubelet logs it as an error.</summary>
    public PluginFailure? Failure { get; init; }

    /// <summary>Why there is nothing, if the kubelet is silent about it.</summary>
    public string? Detail { get; init; }

    /// <summary>How long the plugin ran; null if it was not executed.</summary>
    public TimeSpan? ExecutionTime { get; init; }

    public CacheKeyType? CacheKeyType { get; init; }

    /// <summary>How much longer the answer is cached; null if it is not.</summary>
    public TimeSpan? CachedFor { get; init; }

    /// <summary>The service account whose token was asked for.</summary>
    public ServiceAccountReference? ServiceAccount { get; init; }

    public ProviderAnswer AsShared() => new(Outcome == ProviderOutcome.Executed ? ProviderOutcome.Shared : Outcome)
    {
        Auth = Auth,
        Failure = Failure,
        Detail = Detail,
        ExecutionTime = ExecutionTime,
        CacheKeyType = CacheKeyType,
        CachedFor = CachedFor,
        ServiceAccount = ServiceAccount,
    };
}
