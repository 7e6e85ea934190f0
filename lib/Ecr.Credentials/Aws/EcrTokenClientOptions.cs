using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Aws.Trust;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Aws;

/// <summary>Options of an <see cref="EcrTokenClient"/>, read once when it is created.</summary>
internal sealed class EcrTokenClientOptions
{
    /// <summary>The clock of pauses, timeouts and measured durations; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Receives diagnostics: where credentials come from and where calls go, without secrets; none by default.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Decides which servers are trusted; .NET by default.</summary>
    public LazyTrustStore? TrustStore { get; set; }

    /// <summary>The name of role sessions that have no other one, which AWS writes into its logs.</summary>
    public string RoleSessionName { get; set; } = StsClient.DefaultSessionName;
}
