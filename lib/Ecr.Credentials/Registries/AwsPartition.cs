namespace Ecr.Credentials.Registries;

/// <summary>An AWS partition: a group of regions with its own DNS suffixes.</summary>
/// <remarks>The suffixes are those of partitions.json in the AWS SDKs and of the registry hosts documented for ECR.</remarks>
internal sealed class AwsPartition
{
    // The region is a label of host names: https://datatracker.ietf.org/doc/html/rfc1035#section-2.3.4
    private const int MaxLabelLength = 63;

    private static readonly AwsPartition Aws = new("aws", "amazonaws.com", "api.aws");
    private static readonly AwsPartition UsGov = new("aws-us-gov", "amazonaws.com", "api.aws");
    private static readonly AwsPartition China = new("aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn");
    private static readonly AwsPartition Europe = new("aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu");
    private static readonly AwsPartition Iso = new("aws-iso", "c2s.ic.gov", "api.aws.ic.gov");
    private static readonly AwsPartition IsoB = new("aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud");
    private static readonly AwsPartition IsoE = new("aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk");
    private static readonly AwsPartition IsoF = new("aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov");

    private AwsPartition(string name, string dnsSuffix, string dualStackDnsSuffix)
    {
        Name = name;
        DnsSuffix = dnsSuffix;
        DualStackDnsSuffix = dualStackDnsSuffix;

        // Dual-stack registry hosts have "on" where dual-stack API hosts have "api", such as on.aws and api.aws.
        DualStackRegistrySuffix = string.Concat("on", dualStackDnsSuffix.AsSpan("api".Length));
    }

    public string Name { get; }

    /// <summary>The DNS suffix of API and registry hosts.</summary>
    public string DnsSuffix { get; }

    /// <summary>The DNS suffix of dual-stack API hosts, which also have IPv6 addresses.</summary>
    public string DualStackDnsSuffix { get; }

    /// <summary>The DNS suffix of dual-stack registry hosts, which also have IPv6 addresses.</summary>
    public string DualStackRegistrySuffix { get; }

    /// <summary>
    /// Returns the partition of a region, or <see langword="null"/> if the text is not a valid region name. Derived from the form of the name, not from
    /// a list of regions, so that future regions work too.
    /// </summary>
    public static AwsPartition? FromRegion(ReadOnlySpan<char> region)
    {
        Span<Range> parts = stackalloc Range[5];
        var count = region.Length <= MaxLabelLength ? region.Split(parts, '-') : 0;
        if (count is < 3 or > 4 || !IsNumber(region[parts[count - 1]]) || !IsWord(region[parts[count - 2]]))
        {
            return null;
        }

        var area = region[parts[0]];
        if (count == 3)
        {
            return area is "cn" ? China : IsTwoLetters(area) ? Aws : null;
        }

        var branch = region[parts[1]];
        if (!IsTwoLetters(area))
        {
            return area is "eusc" && IsTwoLetters(branch) ? Europe : null;
        }

        return branch switch
        {
            "gov" => UsGov,
            "iso" => Iso,
            "isob" => IsoB,
            "isoe" => IsoE,
            "isof" => IsoF,
            _ => null,
        };
    }

    private static bool IsTwoLetters(ReadOnlySpan<char> text) => text.Length == 2 && IsWord(text);

    private static bool IsWord(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('a', 'z');

    private static bool IsNumber(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
