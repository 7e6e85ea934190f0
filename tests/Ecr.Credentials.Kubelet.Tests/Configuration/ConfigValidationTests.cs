using System.Text;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

public class ConfigValidationTests
{
    private const string Tokens =
        "\n  tokenAttributes: {serviceAccountTokenAudience: sts.amazonaws.com, requireServiceAccount: true, cacheType: Token}";

    private const string TokensOf133 = "\n  tokenAttributes: {serviceAccountTokenAudience: sts.amazonaws.com, requireServiceAccount: true}";

    [TestCase("v1", "v1", "", "1.26", "")]
    [TestCase("v1", "v1", "", "1.25", "kubelet.config.k8s.io/v1, which was added in 1.26")]
    [TestCase("v1beta1", "v1beta1", "", "1.24", "")]
    [TestCase("v1beta1", "v1beta1", "", "1.23", "which was added in 1.24")]
    [TestCase("v1alpha1", "v1alpha1", "", "1.20", "")]
    [TestCase("v1alpha1", "v1alpha1", "", "1.19", "does not support credential providers")]
    [TestCase("v1alpha1", "v1", "", "1.25", "expected credentialprovider.kubelet.k8s.io/v1alpha1, credentialprovider.kubelet.k8s.io/v1beta1")]
    [TestCase("v1alpha1", "v1beta1", "", "1.23", "invalid apiVersion")]
    [TestCase("v1", "v1", Tokens, "1.34", "")]
    [TestCase("v1", "v1", Tokens, "1.40", "")]
    [TestCase("v1", "v1", Tokens, "1.33", "does not support cacheType")]
    [TestCase("v1", "v1", TokensOf133, "1.33", "feature gate")]
    [TestCase("v1", "v1", TokensOf133, "1.34", "cacheType is missing")]
    [TestCase("v1", "v1", TokensOf133, "1.32", "does not support tokenAttributes")]
    public void The_verdict_is_that_of_the_version(string config, string protocol, string more, string version, string expected)
    {
        var problems = Parse(config, protocol, more).Validate(KubernetesVersion.Parse(version));

        Assert.That(problems.Count == 0 ? "" : problems[0].Message, expected.Length == 0 ? Is.Empty : Does.Contain(expected));
    }

    [TestCase(TokensOf133, "1.33", true, 0)]
    [TestCase(Tokens, "1.34", false, 1)]
    public void A_feature_gate_can_be_given(string more, string version, bool isOn, int problems) =>
        Assert.That(Parse("v1", "v1", more).Validate(KubernetesVersion.Parse(version), isOn), Has.Count.EqualTo(problems));

    [Test]
    public void A_directory_is_one_from_1_34_on()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(Path.Combine(directory.Path, "a.yaml"), Content("v1", "v1", ""));
        var config = CredentialProviderConfig.Load(directory.Path);

        Assert.That(config.Validate(new KubernetesVersion(1, 34)), Is.Empty);
        Assert.That(config.Validate(new KubernetesVersion(1, 33)).Single().Message, Does.Contain("does not support a directory, which was added in 1.34"));
    }

    [Test]
    public void Every_problem_of_a_file_is_found_at_its_place()
    {
        const string Text =
            """
            apiVersion: kubelet.config.k8s.io/v1
            kind: CredentialProviderConfig
            extra: 1
            providers:
            - name: 5
              matchimages: [a.io]
              defaultCacheDuration: 1d
              env:
              - {name: A, value: true}
            """;
        Assert.That(CredentialProviderConfig.TryParse(Encoding.UTF8.GetBytes(Text), "x.yaml", out _, out var problems), Is.False);

        Assert.That(problems.Select(problem => problem.ToString()), Is.EqualTo(
        [
            "x.yaml:3:1: unknown field \"extra\": remove it",
            "x.yaml:5:9: invalid name: expected text; put it in quotes, not a number",
            "x.yaml:6:3: unknown field \"matchimages\": write \"matchImages\"",
            "x.yaml:7:25: invalid defaultCacheDuration \"1d\": write numbers with units h, m, s or ms, such as 12h or 1m30s",
            "x.yaml:9:22: invalid value: expected text; put it in quotes, not true",
        ]));
        Assert.That(problems.KubeletMessage, Is.EqualTo("error decoding config \"x.yaml\": time: unknown unit \"d\" in duration \"1d\""));
    }

    [Test]
    public void A_pattern_without_quotes_is_explained()
    {
        _ = CredentialProviderConfig.TryParse("a:\n- *.dkr.ecr.*.amazonaws.com\n"u8, "x.yaml", out _, out var problems);

        Assert.That(problems.Single().ToString(), Is.EqualTo(
            "x.yaml:2:4: invalid YAML: did not find expected alphabetic or numeric character; put text that begins with \"*\" or \"&\" in quotes"));
    }

    [Test]
    public void Values_of_env_are_in_no_message()
    {
        const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        foreach (var text in new[]
        {
            $"providers:\n- name: a\n  env: [{{name: AWS_SECRET_ACCESS_KEY, value: {Secret}}}]\n",
            $"apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- env: [{{name: A, value: [{Secret}]}}]\n",
            $"apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- env: {Secret}\n",
        })
        {
            _ = CredentialProviderConfig.TryParse(Encoding.UTF8.GetBytes(text), "x.yaml", out _, out var problems);
            var exception = Assert.Throws<CredentialProviderConfigException>(() => CredentialProviderConfig.Parse(Encoding.UTF8.GetBytes(text), "x.yaml"));

            Assert.That(problems, Is.Not.Empty);
            Assert.That($"{exception} {string.Join(' ', problems)}", Does.Not.Contain(Secret));
        }
    }

    [Test]
    public void More_than_a_megabyte_is_refused()
    {
        var content = new byte[(1 << 20) + 1];
        content.AsSpan().Fill((byte)' ');

        Assert.That(() => CredentialProviderConfig.Parse(content, "x.yaml"), Throws.TypeOf<CredentialProviderConfigException>().With.Message.Contains("1 MiB"));
    }

    [TestCase("/dev/zero")]
    [TestCase("/dev/tty")]
    [Platform("Linux")]
    public void A_device_is_refused(string path) =>
        Assert.That(() => CredentialProviderConfig.Load(path), Throws.TypeOf<CredentialProviderConfigException>().With.Message.Contains("not a regular file"));

    private static CredentialProviderConfig Parse(string config, string protocol, string more) =>
        CredentialProviderConfig.Parse(Content(config, protocol, more), "config.yaml");

    private static byte[] Content(string config, string protocol, string more) => Encoding.UTF8.GetBytes(
        $"""
        apiVersion: kubelet.config.k8s.io/{config}
        kind: CredentialProviderConfig
        providers:
        - name: ecr
          matchImages: [a.io]
          defaultCacheDuration: 0s
          apiVersion: credentialprovider.kubelet.k8s.io/{protocol}{more}
        """);
}
