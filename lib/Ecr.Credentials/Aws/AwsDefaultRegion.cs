using Amazon.Runtime;

namespace Ecr.Credentials.Aws;

/// <summary>The region that the AWS configuration names, for hosts that do not tell theirs.</summary>
internal static class AwsDefaultRegion
{
    /// <summary>
    /// <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c>, then the profile's <c>region</c>, in the order of the Go SDK; <see langword="null"/> if none
    /// is set. The instance's own region does not count, because asking for it may take long.
    /// </summary>
    public static string? Find() =>
        Environment.GetEnvironmentVariable("AWS_REGION") is { Length: > 0 } region
            ? region
            : Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION") is { Length: > 0 } defaultRegion
                ? defaultRegion
                : FallbackRegionFactory.GetRegionEndpoint(includeInstanceMetadata: false)?.SystemName;
}
