using Ecr.Credentials.Matching;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>The patterns for all images of Amazon ECR in a partition.</summary>
internal static class PartitionImages
{
    // A region of each partition; the partition knows the rest.
    private static readonly (string Partition, string Region)[] Regions =
    [
        ("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"), ("aws-eusc", "eusc-de-east-1"), ("aws-iso", "us-iso-east-1"),
        ("aws-iso-b", "us-isob-east-1"), ("aws-iso-e", "eu-isoe-west-1"), ("aws-iso-f", "us-isof-south-1"),
    ];

    /// <summary>The names of the partitions.</summary>
    public static IReadOnlyList<string> Names => [.. Regions.Select(pair => pair.Partition)];

    /// <summary>The patterns for all Amazon ECR hosts of a partition; null if the partition is unknown.</summary>
    public static IReadOnlyList<string>? Of(string partition)
    {
        if (Regions.FirstOrDefault(pair => pair.Partition == partition).Region is not { } region)
        {
            return null;
        }

        var found = AwsPartition.FromRegion(region)!;
        return
        [
            .. ImagePattern.ForEcr.Select(pattern => pattern.ToString()).Where(pattern =>
                pattern.EndsWith($".*.{found.DnsSuffix}", StringComparison.Ordinal)
                || pattern.EndsWith($".*.{found.DualStackRegistrySuffix}", StringComparison.Ordinal)
                || (partition == "aws" && !pattern.StartsWith('*'))),
        ];
    }
}
