using Ecr.Credentials.Kubelet.Plugins.Responses;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>One execution of a plugin.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class PluginRun
{
    private PluginRun(PluginResponse? response, AuthMap auth, PluginFailure? failure, TimeSpan elapsed)
    {
        Response = response;
        Auth = auth;
        Failure = failure;
        Elapsed = elapsed;
    }

    /// <summary>What the plugin answered; null if it failed.</summary>
    public PluginResponse? Response { get; }

    /// <summary>The credentials of the response, not yet marked with a service account.</summary>
    public AuthMap Auth { get; }

    /// <summary>Why there is no response; null if there is one.</summary>
    public PluginFailure? Failure { get; }

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; }

    public static PluginRun Answered(string provider, PluginResponse response, TimeSpan elapsed) =>
        new(response, AuthMap.Create(provider, response.Auth), null, elapsed);

    public static PluginRun Failed(PluginFailure failure, TimeSpan elapsed) => new(null, AuthMap.Empty, failure, elapsed);
}
