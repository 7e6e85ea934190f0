namespace Ecr.Credentials.Matching;

/// <summary>The value of <see cref="ImagePattern.ForEcr"/>, in a type of its own so that it is initialized only on first use.</summary>
internal static class EcrImagePatterns
{
    // Host names per partition: https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html and the partitions' endpoint
    // rules. Only the partitions aws and aws-us-gov have FIPS hosts.
    public static readonly IReadOnlyList<ImagePattern> All = Array.AsReadOnly(Array.ConvertAll(
        [
            "*.dkr.ecr.*.amazonaws.com",
            "*.dkr.ecr-fips.*.amazonaws.com",
            "*.dkr-ecr.*.on.aws",
            "*.dkr-ecr-fips.*.on.aws",
            "*.dkr.ecr.*.amazonaws.com.cn",
            "*.dkr-ecr.*.on.amazonwebservices.com.cn",
            "*.dkr.ecr.*.amazonaws.eu",
            "*.dkr-ecr.*.on.amazonwebservices.eu",
            "*.dkr.ecr.*.c2s.ic.gov",
            "*.dkr-ecr.*.on.aws.ic.gov",
            "*.dkr.ecr.*.sc2s.sgov.gov",
            "*.dkr-ecr.*.on.aws.scloud",
            "*.dkr.ecr.*.cloud.adc-e.uk",
            "*.dkr-ecr.*.on.cloud-aws.adc-e.uk",
            "*.dkr.ecr.*.csp.hci.ic.gov",
            "*.dkr-ecr.*.on.aws.hci.ic.gov",
            "public.ecr.aws",
            "ecr-public.aws.com",
        ],
        text => ImagePattern.Parse(text)));
}
