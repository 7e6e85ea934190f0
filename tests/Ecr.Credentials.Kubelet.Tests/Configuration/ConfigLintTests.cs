using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

public class ConfigLintTests
{
    [TestCase("*.dkr.ecr.*.amazonaws.com", "")]
    [TestCase("*.dkr.ecr.eu-west-1.amazonaws.com", "")]
    [TestCase("123456789012.dkr.ecr.eu-*.amazonaws.com", "")]
    [TestCase("*.dkr-ecr.*.on.aws", "")]
    [TestCase("*.dkr.ecr.*.amazonaws.com.cn", "")]
    [TestCase("*.*.*.*.*.*", "")]
    [TestCase("public.ecr.aws", "")]
    [TestCase("*.dkr.ecr.amazonaws.com", "not-ecr")]
    [TestCase("*.amazonaws.com", "not-ecr")]
    [TestCase("*.dkr.ecr.*.amazonaws.com:443", "not-ecr")]
    [TestCase("*.DKR.ecr.*.amazonaws.com", "not-ecr")]
    [TestCase("*.dkr.ecr.*.amazonaws.com/*", "path-wildcard,path-caching")]
    [TestCase("*.dkr.ecr.*.amazonaws.com/", "")]
    [TestCase("*.dkr.ecr.*.amazonaws.com/team", "path-caching")]
    [TestCase("https://public.ecr.aws", "scheme")]
    [TestCase("index.docker.io", "docker-index,not-ecr")]
    public void An_entry_that_cannot_work_is_found(string pattern, string ids) => Assert.That(Lint(pattern), Is.EqualTo(ids));

    [TestCase("registry.example.com", "--registry-alias=registry.example.com=1", "")]
    [TestCase("public.ecr.aws/team", "--identity=public.ecr.aws/team=profile:a", "")]
    [TestCase("public.ecr.aws/team", "--identity=public.ecr.aws=arn:aws:iam::1:role/a", "path-caching")]
    public void Arguments_of_the_plugin_count(string pattern, string argument, string ids) => Assert.That(Lint(pattern, argument), Is.EqualTo(ids));

    [Test]
    public void A_missing_plugin_is_found()
    {
        using var directory = new TemporaryDirectory();
        var file = Write(directory, "public.ecr.aws", "");

        var warning = CredentialProviderConfig.Lint(file, directory.Path).Single();

        Assert.That(warning.ToString(), Does.StartWith($"{file}:4:9: no plugin \"ecr\"").And.EndWith("(missing-plugin)"));
    }

    [TestCase("AWS_SECRET_ACCESS_KEY", "x", 0x1a4, 1)]
    [TestCase("AWS_SECRET_ACCESS_KEY", "x", 0x180, 0)]
    [TestCase("HTTP_PASSWORD", "x", 0x1a4, 1)]
    [TestCase("AWS_WEB_IDENTITY_TOKEN_FILE", "/x", 0x1a4, 0)]
    [TestCase("AWS_REGION", "x", 0x1a4, 0)]
    [Platform("Linux")]
    public void A_secret_that_everybody_can_read_is_found(string name, string value, int mode, int count)
    {
        using var directory = new TemporaryDirectory();
        var file = Write(directory, "public.ecr.aws", "", $"  env: [{{name: {name}, value: {value}}}]\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, (UnixFileMode)mode);
        }

        Assert.That(CredentialProviderConfig.Lint(file).Select(warning => warning.WarningId), Is.EqualTo(Enumerable.Repeat("readable-secret", count)));
    }

    [TestCase("providers: []\n", "file-in-log")]
    [TestCase("kind: CredentialProviderConfig\n", "file-in-log")]
    [TestCase("apiVersion: kubelet.config.k8s.io/__internal\nkind: CredentialProviderConfig\n", "internal-version")]
    [TestCase("a: [", "")]
    public void A_document_that_should_not_be_used_is_found(string text, string ids)
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "config.yaml");
        File.WriteAllText(file, text);

        Assert.That(string.Join(',', CredentialProviderConfig.Lint(file).Select(warning => warning.WarningId)), Is.EqualTo(ids));
    }

    private static string Lint(string pattern, string argument = "")
    {
        using var directory = new TemporaryDirectory();
        return string.Join(',', CredentialProviderConfig.Lint(Write(directory, pattern, argument)).Select(warning => warning.WarningId));
    }

    private static string Write(TemporaryDirectory directory, string pattern, string argument, string more = "")
    {
        var file = Path.Combine(directory.Path, "config.yaml");
        File.WriteAllText(
            file,
            "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: ecr\n"
                + $"  matchImages: [\"{pattern}\"]\n  defaultCacheDuration: 0s\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n"
                + $"  args: [\"{argument}\"]\n{more}");
        return file;
    }
}
