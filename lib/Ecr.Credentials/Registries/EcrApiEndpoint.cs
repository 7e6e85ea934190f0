namespace Ecr.Credentials.Registries;

/// <summary>Builds the endpoint addresses of the APIs that issue authorization tokens.</summary>
/// <remarks>According to the endpoint rules of the AWS SDKs, <see href="https://docs.aws.amazon.com/general/latest/gr/ecr.html"/>.</remarks>
internal static class EcrApiEndpoint
{
    // Tokens for ECR Public are issued in this region only.
    public const string PublicRegion = "us-east-1";

    public static Uri ForPrivate(AwsPartition partition, string region, bool fips, bool dualStack) => new((fips, dualStack) switch
    {
        (false, false) => $"https://api.ecr.{region}.{partition.DnsSuffix}/",
        (true, false) => $"https://api.ecr-fips.{region}.{partition.DnsSuffix}/",
        (false, true) => $"https://ecr.{region}.{partition.DualStackDnsSuffix}/",
        (true, true) => $"https://ecr-fips.{region}.{partition.DualStackDnsSuffix}/",
    });

    public static Uri ForPublic(bool fips, bool dualStack) => new((fips, dualStack) switch
    {
        (false, false) => $"https://api.ecr-public.{PublicRegion}.amazonaws.com/",
        (false, true) => $"https://ecr-public.{PublicRegion}.api.aws/",
        (true, false) => $"https://api.ecr-public-fips.{PublicRegion}.amazonaws.com/",
        (true, true) => $"https://api.ecr-public-fips.{PublicRegion}.api.aws/",
    });
}
