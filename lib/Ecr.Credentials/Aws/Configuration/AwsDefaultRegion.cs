namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The region that the AWS configuration names, for hosts whose name has no region.</summary>
internal static class AwsDefaultRegion
{
    /// <summary>
    /// <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c>, then the profile's <c>region</c>, in the order of the Go SDK; <see langword="null"/> if none
    /// is set. The instance's own region is not used, because getting it may take long.
    /// </summary>
    /// <exception cref="EcrCredentialException">The shared config or credentials file is invalid.</exception>
    public static string? Find() => AwsEnvironment.Get("AWS_REGION") ?? AwsEnvironment.Get("AWS_DEFAULT_REGION") ?? FindInProfile();

    private static string? FindInProfile()
    {
        var files = SharedConfig.Read(AwsEnvironment.Get);
        return files.Find(files.CurrentProfile)?["region"];
    }
}
