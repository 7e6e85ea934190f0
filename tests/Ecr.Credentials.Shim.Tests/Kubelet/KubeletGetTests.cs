using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ecr.Credentials.Shim.Tests.Kubelet;

/// <summary><c>kubelet get</c> with real plugins.</summary>
[Platform("Linux")]
public sealed partial class KubeletGetTests : KubeletFixture
{
    private const string Registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [Test]
    public async Task The_credentials_of_the_own_plugin_are_printed_without_the_password()
    {
        AddPlugin("ecr-credential-provider");
        WriteConfig(Provider("ecr-credential-provider"));

        var result = await GetAsync(Image);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(
            result.Output,
            Is.EqualTo(
                $"""
                credential 1 of 1
                  provider  ecr-credential-provider
                  key       {Registry}
                  username  AWS
                  password  (hidden; see --show-password)

                """));
        Assert.That(TokenRequests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_password_is_printed_on_request()
    {
        AddPlugin("ecr-credential-provider");
        WriteConfig(Provider("ecr-credential-provider"));

        Assert.That((await GetAsync(Image, "--show-password")).Output, Does.Contain($"  password  {Emulator.Token}\n"));
        Assert.That(
            (string?)JsonNode.Parse((await GetAsync(Image, "--show-password", "--json")).Output)!["credentials"]![0]!["password"], Is.EqualTo(Emulator.Token));
    }

    [TestCase("credentials")]
    [TestCase("explained")]
    public async Task Json_has_the_documented_fields(string golden)
    {
        await AddDifferentPluginsAsync();

        string[] options = golden == "explained" ? ["--explain", "--json"] : ["--json"];
        var result = await GetAsync($"{Image}:1.2", options);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Golden.AssertEqual(DurationPattern().Replace(result.Output, "\"durationMs\": 0"), $"get-{golden}.json");
    }

    [Test]
    public async Task Every_step_is_explained_in_80_columns()
    {
        await AddDifferentPluginsAsync();

        var result = await GetAsync($"{Image}:1.2", "--explain");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Golden.AssertEqual(TimePattern().Replace(result.Output, "in 0 ms"), "get-explained.txt");
        Assert.That(result.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(80));
    }

    [TestCase("registry.example/app", "no provider's matchImages match it; see --explain")]
    [TestCase("none.example/app", "provider \"none\" returned no credentials")]
    [TestCase("other.example/app", "provider \"other\" returned credentials for other images only")]
    [TestCase("fails.example/app", "exit status 3: no route to host")]
    [TestCase("refused.example/app", "the response has the unknown field \"authentication\"")]
    [TestCase("missing.example/app", "no such file or directory")]
    [TestCase("account.example/app", "provider \"account\" did not run: the provider requires a service account, and the pod has none")]
    public async Task No_credentials_have_a_reason(string image, string reason)
    {
        await AddPluginAsync("none", Answer());
        await AddPluginAsync("other", Answer(("example.com", "u", "p")));
        await AddPluginAsync("fails", "echo 'no route to host' >&2; exit 3");
        await AddPluginAsync("refused", Answer().Replace("auth", "authentication", StringComparison.Ordinal));
        await AddPluginAsync("account", "exit 1");
        WriteConfig(
            Provider("none", "none.example"),
            Provider("other", "other.example"),
            Provider("fails", "fails.example"),
            Provider("refused", "refused.example"),
            Provider("missing", "missing.example"),
            Provider(
                "account",
                "account.example",
                "  tokenAttributes: {serviceAccountTokenAudience: aws, cacheType: Token, requireServiceAccount: true}"));

        var result = await GetAsync(image);

        Assert.That(result.Error, Does.StartWith($"ecr-credential-provider: no credentials for \"{image}\": ").And.Contain(reason));
        Assert.That(result.Error.TrimEnd(), Does.Not.Contain('\n'));
        Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")));
        Assert.That((string?)JsonNode.Parse((await GetAsync(image, "--json")).Output)!["image"], Is.EqualTo(image));
    }

    [Test]
    public async Task A_failing_provider_is_named_beside_the_credentials_of_another()
    {
        await AddDifferentPluginsAsync();

        Assert.That((await GetAsync(Image)).Output, Does.Contain("\n\nprovider \"broken\" failed: failed to get credential"));
    }

    [Test]
    public async Task A_service_account_token_and_its_annotations_reach_the_plugin()
    {
        await AddPluginAsync("account", $"cat >{Home}/request; exit 1");
        WriteConfig(Provider(
            "account",
            more: """
                  tokenAttributes:
                    serviceAccountTokenAudience: aws
                    cacheType: Token
                    requireServiceAccount: true
                    requiredServiceAccountAnnotationKeys: [eks.amazonaws.com/role-arn]
                """));
        var token = WriteFile("token", "the-token\n");

        var withoutAnnotation = await GetAsync(Image, "--service-account", "default/web", "--token-file", token);
        var result = await GetAsync(
            Image, "--service-account=default/web", $"--token-file={token}", "--annotation", "eks.amazonaws.com/role-arn=arn:aws:iam::123456789012:role/r");

        Assert.That(withoutAnnotation.Error, Does.Contain("required annotation eks.amazonaws.com/role-arn not found"));
        Assert.That(result.ExitCode, Is.EqualTo(1));
        var request = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Home, "request")))!;
        Assert.That((string?)request["serviceAccountToken"], Is.EqualTo("the-token"));
        Assert.That(
            (string?)request["serviceAccountAnnotations"]!["eks.amazonaws.com/role-arn"], Is.EqualTo("arn:aws:iam::123456789012:role/r"));
        Assert.That(result.Error, Does.Not.Contain("the-token"));
    }

    [Test]
    public async Task A_canceled_command_leaves_no_plugin_behind()
    {
        // The plugin holds the pipe open as long as it lives.
        var pipe = Path.Combine(Home, "alive");
        await AddPluginAsync("slow", $"exec 3>{pipe}; kill -TERM $PPID; exec sleep 600");
        WriteConfig(Provider("slow"));
        await PluginProcess.RunAsync("/usr/bin/mkfifo", [pipe], Complete(new Dictionary<string, string>()), default);
        var living = Task.Run(() => File.ReadAllBytesAsync(pipe));

        var result = await GetAsync(Image);

        Assert.That((result.ExitCode, result.Output, result.Error), Is.EqualTo((1, "", "ecr-credential-provider: canceled\n")));
        Assert.That(async () => await living.WaitAsync(PluginProcess.KubeletTimeout), Is.Empty);
    }

    [TestCase("App", "couldn't parse image name \"App\": invalid reference format")]
    [TestCase("app", "/config.yaml:5:16: matchImages is empty; add a pattern", "  matchImages: []")]
    [TestCase("app", "/config.yaml:5:3: unknown field \"images\"", "  images: []")]
    public async Task An_invalid_image_or_configuration_is_an_error(string image, string message, string line = "  matchImages: [docker.io]")
    {
        WriteFile(
            "config.yaml",
            $"""
            apiVersion: kubelet.config.k8s.io/v1
            kind: CredentialProviderConfig
            providers:
            - name: plugin
            {line}
              defaultCacheDuration: 12h
              apiVersion: credentialprovider.kubelet.k8s.io/v1
            """);

        AssertFailure(await GetAsync(image, "--json"), 2, message);
    }

    [TestCase("", "kubelet requires a command, get or validate; see kubelet --help")]
    [TestCase("put", "unknown argument \"put\"; see kubelet --help")]
    [TestCase("get", "kubelet get requires an image; see kubelet --help")]
    [TestCase("get app other", "unknown argument \"other\"; see kubelet --help")]
    [TestCase("get app --json=true", "unknown argument \"--json\"; see kubelet --help")]
    [TestCase("get app --config", "--config requires a value; see --help")]
    [TestCase("get app --config=", "invalid --config \"\": expected a path")]
    [TestCase("get app --kubernetes 1", "invalid --kubernetes \"1\": expected a version such as 1.30")]
    [TestCase("get app --token-file t", "--token-file requires --service-account; see kubelet --help")]
    [TestCase("get app --annotation a=b", "--annotation requires --service-account; see kubelet --help")]
    [TestCase("get app --annotation =b", "invalid --annotation \"=b\": expected KEY=VALUE")]
    [TestCase("get app --service-account default/web", "--service-account requires --token-file; see kubelet --help")]
    [TestCase("get app --service-account web --token-file t", "invalid --service-account \"web\": expected NAMESPACE/NAME, such as default/web")]
    [TestCase("get app --config c --bin-dir b --service-account default/web --token-file missing", "cannot read --token-file \"missing\": not found")]
    [TestCase("get app --config c --bin-dir b --service-account default/web --token-file .", "cannot read --token-file \".\": is a directory")]
    [TestCase("get app --config c --bin-dir b --service-account default/web --token-file /dev/null", "cannot read --token-file \"/dev/null\": empty")]
    [TestCase(
        "get app --config c --bin-dir b --service-account default/web --token-file /dev/zero", "cannot read --token-file \"/dev/zero\": larger than 1 MiB")]
    [TestCase("validate --explain", "unknown argument \"--explain\"; see kubelet --help")]
    [TestCase("validate --kubernetes=one", "invalid --kubernetes \"one\": expected a version such as 1.30")]
    public async Task An_invalid_argument_is_reported_in_one_line(string arguments, string message) =>
        AssertFailure(await RunAsync("", ["kubelet", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]), 2, message);

    [Test]
    public async Task Kubelet_must_be_the_first_argument() =>
        AssertFailure(await RunAsync("", "-v", "kubelet", "get", "app"), 2, "unknown argument \"kubelet\"; see --help");

    [TestCase("--help")]
    [TestCase("get", "-h")]
    [TestCase("validate", "--json", "--help")]
    public async Task Help_explains_every_option(params string[] arguments)
    {
        var result = await RunAsync("", ["kubelet", .. arguments]);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        foreach (var option in (string[])
            [
                "--config", "--bin-dir", "--service-account", "--token-file", "--annotation", "--explain", "--json", "--show-password", "--kubernetes",
                "--help",
            ])
        {
            Assert.That(result.Output, Does.Contain(option));
        }

        Assert.That(result.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(100));
    }

    private async Task AddDifferentPluginsAsync()
    {
        await AddPluginAsync("first", Answer((Registry, "AWS", "hunter2"), ("x.io", "u", "p")));
        await AddPluginAsync("broken", "echo \"access denied for $TEAM_SECRET\" >&2; exit 3");
        WriteConfig(
            Provider("first"),
            Provider("broken", more: "  env: [{name: TEAM_SECRET, value: correct-horse}]"),
            Provider("unused", "*.example"));
    }

    [GeneratedRegex("\"durationMs\": [0-9]+")]
    private static partial Regex DurationPattern();

    [GeneratedRegex("in [0-9]+ ms")]
    private static partial Regex TimePattern();
}
