using System.Text;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>The result of one run of the executable.</summary>
public sealed class ShimResult(PluginResult result)
{
    public int ExitCode { get; } = result.TimedOut ? -1 : result.ExitCode;

    public TimeSpan Duration { get; } = result.Duration;

    public string Output { get; } = Encoding.UTF8.GetString(result.StandardOutput.Span);

    public string Error { get; } = result.StandardError;

    /// <summary>The output as the kubelet's strict decoder reads it.</summary>
    public CredentialProviderResponse Response { get; } =
        CredentialProviderResponse.TryParse(result.StandardOutput.Span, out var response, out _) ? response : null!;
}
