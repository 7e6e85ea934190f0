using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>What one provider contributed for an image, and how it came about.</summary>
/// <remarks>Immutable and thread-safe. Holds no password, token or value of the environment.</remarks>
public sealed class ProviderExplanation
{
    internal ProviderExplanation(string provider, string? matchedPattern, ProviderAnswer? answer, IReadOnlyList<AuthKeyExplanation> authKeys)
    {
        Provider = provider;
        MatchedPattern = matchedPattern;
        Outcome = answer?.Outcome ?? ProviderOutcome.NotMatched;
        ExecutionTime = answer?.ExecutionTime;
        Error = answer?.Failure?.Message;
        KubeletError = answer?.Failure?.KubeletText;
        Detail = answer?.Failure?.Detail ?? answer?.Detail;
        CacheKeyType = answer?.CacheKeyType;
        CachedFor = answer?.CachedFor;
        ServiceAccount = answer?.ServiceAccount;
        AuthKeys = authKeys;
    }

    /// <summary>The name of the provider.</summary>
    public string Provider { get; }

    /// <summary>The first entry of <c>matchImages</c> that matches the image; <see langword="null"/> if none does.</summary>
    public string? MatchedPattern { get; }

    /// <summary>What the provider contributed.</summary>
    public ProviderOutcome Outcome { get; }

    /// <summary>How long the plugin ran; <see langword="null"/> if it was not executed.</summary>
    public TimeSpan? ExecutionTime { get; }

    /// <summary>
    /// What the kubelet logs, on one line and without secrets, with what the plugin wrote to standard error; <see langword="null"/> unless
    /// <see cref="Outcome"/> is <see cref="ProviderOutcome.Failed"/>.
    /// </summary>
    public string? Error { get; }

    /// <summary>
    /// What the kubelet does not say: why it refused a response or did not ask the plugin; <see langword="null"/> if there is no more to say.
    /// </summary>
    public string? Detail { get; }

    /// <summary>By what the answer is cached; <see langword="null"/> if there is none.</summary>
    public CacheKeyType? CacheKeyType { get; }

    /// <summary>How much longer the answer is cached; <see langword="null"/> if it is not.</summary>
    public TimeSpan? CachedFor { get; }

    /// <summary>The service account whose token was asked for; <see langword="null"/> if none was.</summary>
    public ServiceAccountReference? ServiceAccount { get; }

    /// <summary>The entries of the response's <c>auth</c> in the order in which the kubelet looks at them, ignored ones last.</summary>
    public IReadOnlyList<AuthKeyExplanation> AuthKeys { get; }

    /// <summary>The text of <see cref="Error"/> as it appears in the kubelet's log, including secrets. Not for display.</summary>
    internal string? KubeletError { get; }

    /// <summary>The provider and its outcome.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => $"{Provider}: {Outcome}";
}
