namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The region that the AWS configuration names, for hosts whose name has no region.</summary>
internal static class AwsDefaultRegion
{
    /// <summary>
    /// The region; <see langword="null"/> if none is set. The instance's own region is not used, because getting it may take long.
    /// </summary>
    /// <exception cref="EcrCredentialException">The shared config or credentials file is invalid.</exception>
    public static string? Find() => AwsSettings.Read(AwsEnvironment.Get).Region;
}
