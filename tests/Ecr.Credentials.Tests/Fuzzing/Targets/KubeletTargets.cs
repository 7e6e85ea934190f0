using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Nodes.Detection;
using Ecr.Credentials.Kubelet.Nodes.Records;
using Ecr.Credentials.Kubelet.Nodes.Systemd;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Kubelet.Plugins.Responses;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>What the kubelet reads, and the files of nodes.</summary>
internal static class KubeletTargets
{
    private const string V1 = "credentialprovider.kubelet.k8s.io/v1";

    private const string Yaml = $"""
        apiVersion: kubelet.config.k8s.io/v1
        kind: CredentialProviderConfig
        providers:
          - name: ecr-credential-provider
            matchImages: ["*.dkr.ecr.*.amazonaws.com", 'public.ecr.aws']
            defaultCacheDuration: 12h
            apiVersion: {V1}
            args: [--timeout=10s]
            env: &env
              - name: AWS_REGION
                value: |
                  eu-west-1

        """;

    private const string Json = $$$$$"""
        {"apiVersion":"kubelet.config.k8s.io/v1","kind":"CredentialProviderConfig","providers":[{"name":"p","matchImages":["a.example"],
        "defaultCacheDuration":"1m0s",
        "apiVersion":"{{{{{V1}}}}}","tokenAttributes":{"serviceAccountTokenAudience":"a","cacheType":"Token","requireServiceAccount":true}}]}
        """;

    private const string Response = $$$$$"""
        {"kind":"CredentialProviderResponse","apiVersion":"{{{{{V1}}}}}","cacheKeyType":"Registry","cacheDuration":"6h0m0s",
        "auth":{"a.example":{"username":"AWS",
        "password":"{{{{{Words.Secret}}}}}"}}}
        """;

    private const string Record = """
        {"version":1,"files":[{"path":"/etc/a","role":"Configuration","before":null,"mode":"644","backup":null,"after":"sha256:00"}],"directories":["/etc/b"],
        "flags":["--a"]}
        """;

    private static readonly string[] YamlWords =
    [
        .. Words.Json, "&a ", "*a", "<<: *a\n", "- *a\n", "&a [*a, *a]", "? ", ": ", "- ", "!!binary ", "!!int ", "!<x> ", "%YAML 1.1\n", "---\n", "...\n",
        "|\n", ">-\n", "|9\n",
        "'", "\t", "\r", "\u0085", "#", " #", "{a: {a: {a: ", "0x", ".inf", "~: 1\n", "y: n\n", "@", "`", "%", "name: x\n", "\n  ", "      ", "matchImages:",
        "tokenAttributes:",
        "12h", "args:", "env:",
    ];

    private static readonly string[] ResponseWords =
        [.. Words.Json, "\"kind\":", "\"APIVERSION\":", "\"auth\":", "\"password\":", "\u017f", "\udcff", "'", "01", "1."];

    private static readonly string[] ShellWords =
        ["\"", "'", "\\", "\\x41", "\\n", "\\101", "\\u20ac", "$", "`", "#", ";", "=", " ", "\n", "\\\n", "\t", "A=", "%h", "\0"];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("kubelet configuration", 2_000, [Yaml, Json], YamlWords, ReadConfiguration),
        new("answer of a plugin", 30_000, [Response], ResponseWords, DecodeResponse),
        new(
            "image reference",
            30_000,
            ["nginx", "a.example:5000/b/c:1@sha256:" + new string('0', 64), "docker.io/library/x"],
            [.. Words.Hosts, "sha256:", "_", "__", "A"],
            ParseReference),
        new("auth key", 100_000, ["https://index.docker.io/v1/", "a.example:80/b", "*.example"], Words.Hosts, ParseAuthKey),
        new("version of Kubernetes", 200_000, ["v1.34.1", "1.27", "v1.34.1+k3s1"], ["v", ".", "+", "-", "99999999999", " "], ParseVersion),
        new("record of set-up", 20_000, [Record], [.. Words.Json, "\"mode\":", "\"role\":", "\"77777777777777\"", "\"-1\"", "\"\"", "\"9\""], ReadRecord),
        new("environment file", 50_000, ["A=b\n# c\nB=\"x y\" \nC='d'\\\ne\n"], ShellWords, ReadEnvironment) { AcceptsEverything = true },
        new("words of a unit", 50_000, ["/bin/kubelet --a=\"b c\" 'd' \\x41"], ShellWords, SplitWords) { AcceptsEverything = true },
        new("options of K3s", 5_000, ["a: b\nkubelet-arg+:\n  - c=d\n  - e\n"], YamlWords, ReadOptions) { AcceptsEverything = true },
    ];

    private static string? ReadConfiguration(ReadOnlySpan<char> input)
    {
        if (!CredentialProviderConfig.TryParse(FuzzText.Encode(input), "config.yaml", out var config, out var problems))
        {
            FuzzException.ThrowIf(problems.Count == 0 || string.IsNullOrEmpty(problems.KubeletMessage), "no reason");
            return problems[0].Message;
        }

        var found = config.Validate(KubernetesVersion.Latest);
        return found.Count > 0 ? found[0].Message : null;
    }

    private static string? DecodeResponse(ReadOnlySpan<char> input)
    {
        var output = FuzzText.Encode(input);
        _ = ResponseDecoder.FindPasswords(output);

        // The kubelet's own texts are cleaned where they are shown.
        if (ResponseDecoder.Decode(output, V1, out var error, out var detail) is null)
        {
            FuzzException.ThrowIf(
                detail?.Contains(Words.Secret, StringComparison.Ordinal) == true
                    && input.Count(Words.Secret) == 1
                    && input.Contains($"\"password\":\"{Words.Secret}", StringComparison.Ordinal),
                "the detail shows the password");
            return MessageText.OneLine(detail ?? error!);
        }

        return null;
    }

    private static string? ParseReference(ReadOnlySpan<char> input) =>
        ImageReference.TryParse(input.ToString(), out _, out var error) ? null : MessageText.OneLine(error);

    private static string? ParseAuthKey(ReadOnlySpan<char> input)
    {
        if (!AuthKey.TryParse(input.ToString(), out var key))
        {
            return "not a key";
        }

        _ = key.Text;
        return null;
    }

    private static string? ParseVersion(ReadOnlySpan<char> input)
    {
        if (!KubernetesVersion.TryParse(input, out var version))
        {
            return "not a version";
        }

        FuzzException.ThrowIf(KubernetesVersion.Parse(version.ToString()) != version, "what is written reads differently");
        return null;
    }

    private static string? ReadRecord(ReadOnlySpan<char> input)
    {
        if (!OperatingSystem.IsLinux() || SetupRecord.Read(FuzzText.Encode(input)) is not { } record)
        {
            return "not a record";
        }

        FuzzException.ThrowIf(
            SetupRecord.Read(record.Write()) is not { } again || !again.Write().AsSpan().SequenceEqual(record.Write()),
            "what is written reads differently");
        return null;
    }

    private static string? ReadEnvironment(ReadOnlySpan<char> input)
    {
        const string Value = "a \"b\" 'c' \\ $d `e` # ;";
        var text = input.ToString();
        _ = EnvironmentFile.Read(text).ToList();

        // An open quote or a backslash at the end would swallow what is added.
        if (EnvironmentFile.Read($"{text}\nLAST=1\n").LastOrDefault()?.Name == "LAST")
        {
            var changed = EnvironmentFile.Set(text, "NEW", Value);
            FuzzException.ThrowIf(EnvironmentFile.Read(changed).Last(assignment => assignment.Name == "NEW").Value != Value, "the variable is not set");
        }

        return null;
    }

    private static string? SplitWords(ReadOnlySpan<char> input)
    {
        var text = input.ToString();
        FuzzException.ThrowIf(
            SystemdWords.Split(text).Count != SystemdWords.Split(text, keepsUnknownEscapes: true).Count,
            "escapes change the number of words");
        return null;
    }

    private static string? ReadOptions(ReadOnlySpan<char> input)
    {
        _ = RancherOption.Read(input.ToString(), "config.yaml");
        return null;
    }
}
