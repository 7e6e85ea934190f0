using System.Text.RegularExpressions;

namespace Ecr.Emulator.Endpoints;

/// <summary>An AWS partition: its regions and the DNS suffixes of its services.</summary>
internal sealed record AwsPartition(string Name, string RegionPattern, string DnsSuffix, string DualStackDnsSuffix)
{
    public static IReadOnlyList<AwsPartition> All { get; } =
    [
        new("aws", "(us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-[0-9]+", "amazonaws.com", "api.aws"),
        new("aws-us-gov", "us-gov-[a-z]+-[0-9]+", "amazonaws.com", "api.aws"),
        new("aws-cn", "cn-[a-z]+-[0-9]+", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        new("aws-eusc", "eusc-(de)-[a-z]+-[0-9]+", "amazonaws.eu", "api.amazonwebservices.eu"),
        new("aws-iso", "us-iso-[a-z]+-[0-9]+", "c2s.ic.gov", "api.aws.ic.gov"),
        new("aws-iso-b", "us-isob-[a-z]+-[0-9]+", "sc2s.sgov.gov", "api.aws.scloud"),
        new("aws-iso-e", "eu-isoe-[a-z]+-[0-9]+", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        new("aws-iso-f", "us-isof-[a-z]+-[0-9]+", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
    ];

    /// <returns>Null if the text does not have the form of a region.</returns>
    public static AwsPartition? OfRegion(string region) =>
        All.FirstOrDefault(partition => Regex.IsMatch(region, $@"\A{partition.RegionPattern}\z"));
}
