using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws;

/// <summary>The region for hosts whose name has no region.</summary>
/// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
/// <param name="logger">Receives a line for each attempt to reach the metadata service.</param>
/// <param name="timeProvider">The clock of timeouts and pauses.</param>
internal sealed class AwsDefaultRegion(Func<string, string?> environment, ILogger logger, TimeProvider timeProvider)
{
    /// <summary>The region that the AWS configuration names, or else that of the instance, as in the AWS CLI.</summary>
    /// <returns>The region; <see langword="null"/> if there is none.</returns>
    /// <exception cref="EcrCredentialException">The AWS configuration is invalid, or the metadata service stops to respond.</exception>
    /// <exception cref="OperationCanceledException">The wait was canceled; the message says what was still being waited for.</exception>
    public async ValueTask<string?> FindAsync(CancellationToken cancellationToken)
    {
        var settings = AwsSettings.Read(environment);
        if (settings.Region is { } region)
        {
            return region;
        }

        using var httpClient = new MetadataHttpClient(logger, timeProvider, trustStore: null);
        var progress = new CallProgress();
        try
        {
            return await new InstanceMetadataCredentials(environment, httpClient).FindRegionAsync(settings, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(progress.WaitingFor, e, cancellationToken);
        }
    }
}
