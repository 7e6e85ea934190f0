namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>A pattern, an image and the kubelet's result.</summary>
public sealed record MatchingCase(string Name, string Glob, string Image, bool Expected)
{
    public static IReadOnlyList<MatchingCase> All { get; } =
    [
        new("ECR, match", "*.dkr.ecr.*.amazonaws.com", "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:1.2.3", true),
        new("ECR, other registry", "*.dkr.ecr.*.amazonaws.com", "registry.k8s.io/pause:3.10", false),
        new("ECR, other partition", "*.dkr.ecr.*.amazonaws.com", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:1.2.3", false),
        new(
            "longest host",
            "*.dkr-ecr.*.on.amazonwebservices.com.cn",
            "123456789012.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn/department/team/project/component/app:2026.11.23-rc.1",
            true),
        new("path, match", "registry.example.com:5000/team/project", "registry.example.com:5000/team/project/app:1.2.3", true),
        new("path, no match", "registry.example.com:5000/team/project", "registry.example.com:5000/team/other/app:1.2.3", false),
        new("*a*a*a*a*b", "*a*a*a*a*b", new string('a', 63) + "/app", false),
    ];

    public override string ToString() => Name;
}
