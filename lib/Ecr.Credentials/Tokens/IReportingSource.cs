using Ecr.Credentials.Telemetry;

namespace Ecr.Credentials.Tokens;

/// <summary>A token source that reports what a call is waiting for.</summary>
internal interface IReportingSource
{
    /// <summary>As <see cref="IEcrTokenSource.GetTokenAsync"/>.</summary>
    ValueTask<EcrToken> GetTokenAsync(EcrTokenRequest request, CallProgress progress, CancellationToken cancellationToken);
}
