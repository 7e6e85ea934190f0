using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>The public endpoints of AWS Sign-In, as the endpoint rules of the AWS SDKs define them.</summary>
internal static class SigninEndpoint
{
    /// <param name="region">The region.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="useFips">Whether FIPS 140 validated cryptography is required.</param>
    /// <param name="useDualStack">Whether the endpoint must have IPv6 addresses.</param>
    public static Uri Get(string region, AwsPartition partition, bool useFips, bool useDualStack) => new((partition.Name, useFips, useDualStack) switch
    {
        (_, true, true) => $"https://signin-fips.{region}.{partition.DualStackDnsSuffix}",
        (_, false, true) => $"https://signin.{region}.{partition.DualStackDnsSuffix}",
        ("aws-us-gov", true, false) when region == "us-gov-west-1" => "https://signin-fips.amazonaws-us-gov.com",
        ("aws-us-gov", true, false) => $"https://{region}.signin-fips.amazonaws-us-gov.com",
        (_, true, false) => $"https://signin-fips.{region}.{partition.DnsSuffix}",
        ("aws", _, _) => $"https://{region}.signin.aws.amazon.com",
        ("aws-cn", _, _) => $"https://{region}.signin.amazonaws.cn",
        ("aws-us-gov", _, _) => $"https://{region}.signin.amazonaws-us-gov.com",
        ("aws-eusc", _, _) => $"https://{region}.signin.amazonaws-eusc.eu",
        ("aws-iso", _, _) => $"https://{region}.signin.c2shome.ic.gov",
        ("aws-iso-b", _, _) => $"https://{region}.signin.sc2shome.sgov.gov",
        ("aws-iso-e", _, _) => $"https://{region}.signin.csphome.adc-e.uk",
        ("aws-iso-f", _, _) => $"https://{region}.signin.csphome.hci.ic.gov",
        _ => $"https://{region}.signin.{partition.DnsSuffix}",
    });
}
