using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>Runs each program of the vectors as a real process and compares what is made of it with what the kubelet made of it.</summary>
[Platform("Linux")]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class PluginRunVectorTests
{
    private const string BinPlaceholder = "{bin}";

    // Real time: the program must have written what it writes before it hangs.
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(3);

    private static readonly Lazy<Dictionary<string, JsonElement>> Runs = VectorFile.ReadByName("plugin-runs.jsonl");

    private readonly PluginDirectory _directory = new();
    private readonly VectorRuns<Outcome> _runs;

    public PluginRunVectorTests() => _runs = new VectorRuns<Outcome>(Runs.Value, RunAsync);

    public static IEnumerable<string> Names => Runs.Value.Keys;

    [OneTimeSetUp]
    public void Prepare()
    {
        foreach (var (name, run) in Runs.Value)
        {
            foreach (var file in run.Items("files"))
            {
                Add(Path.Combine(name, file.Text("path")), file);
            }
        }

        _directory.Finish();
        _runs.StartSlow("sleep ");
    }

    [OneTimeTearDown]
    public void CleanUp() => _directory.Dispose();

    [TestCaseSource(nameof(Names))]
    public async Task A_plugin_is_run_as_the_kubelet_runs_it(string name)
    {
        var run = Runs.Value[name];
        var outcome = await _runs.RunAsync(name);

        Assert.That(outcome.Asks, Is.EqualTo(outcome.Expected));
        Assert.That(outcome.Executions, Is.EqualTo(run.GetProperty("executions").GetInt32()));
    }

    private async Task<Outcome> RunAsync(string name, JsonElement run)
    {
        var bin = Path.Combine(_directory.Files, name, "bin");
        var countFile = _directory.CountFile(name);
        var inherited = new Dictionary<string, string>(run.Map("inherited"))
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = "/root",
            ["COUNT_FILE"] = countFile,
        };
        var clock = new FakeTimeProvider();
        var isHanging = run.GetRawText().Contains("context deadline exceeded", StringComparison.Ordinal);
        using var credentials = new KubeletCredentials(
            [ProviderReader.Read(run.GetProperty("provider"))],
            bin,
            new KubeletCredentialsOptions
            {
                Environment = inherited,
                TimeProvider = isHanging ? TimeProvider.System : clock,
                PluginTimeout = isHanging ? ShortTimeout : TimeSpan.FromMinutes(1),
                ServiceAccounts = CreateServiceAccounts(run),
            });
        var provider = credentials.Providers[0];
        var identity = run.TryGetProperty(
            "serviceAccount", out var account) ? new ServiceAccountIdentity("default", account.Text("name"), "pod-1", "uid-1") : null;
        var wait = GoDuration.Parse(run.Text("wait", "0s"));

        var asks = new List<string>();
        var expected = new List<string>();
        foreach (var ask in run.Items("asks"))
        {
            if (asks.Count > 0)
            {
                clock.Advance(wait);
            }

            var image = ask.Text("image");
            var answer = provider.FindPattern(image) is null
                ? new ProviderAnswer(ProviderOutcome.NotMatched)
                : await provider.ProvideAsync(image, image.Split('/')[0], identity, CancellationToken.None);
            asks.Add(Describe(answer, provider.Cache));
            expected.Add(DescribeExpected(ask, bin));
        }

        return new Outcome(asks, expected, PluginDirectory.Count(countFile));
    }

    private static ServiceAccountAnswers? CreateServiceAccounts(JsonElement run) =>
        !run.TryGetProperty("serviceAccount", out var account) ? null : new ServiceAccountAnswers
        {
            Account = _ => account.TryGetProperty("error", out var error)
                ? throw new InvalidOperationException(error.GetString())
                : new ServiceAccount("sa-uid-1") { Annotations = account.Map("annotations") },
            Token = (request, number) => account.TryGetProperty("tokenError", out var error)
                ? throw new InvalidOperationException(error.GetString())
                : account.Text("token", $"tok-{request.Audience}-{request.Identity}").Replace("{n}", $"{number}", StringComparison.Ordinal),
        };

    private static string Describe(ProviderAnswer answer, PluginCache cache)
    {
        var auth = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in answer.Auth.Entries)
        {
            auth[entry.Credential.AuthKey] = $"{Shorten(entry.Credential.Username)} {Shorten(entry.Credential.Password)}";
        }

        foreach (var key in answer.Auth.IgnoredKeys)
        {
            auth[key] = "ignored";
        }

        var entries = cache.List()
            .Select(
                pair =>
                    $"{pair.Key.Text}+{Escape(pair.Key.ServiceAccount)}={pair.Value.Auth.Count} for "
                        + $"{(long)Math.Ceiling(cache.TimeLeft(pair.Value).TotalSeconds)}s")
            .Order(StringComparer.Ordinal);
        return $"{string.Join(", ", auth)} | {Shorten(answer.Failure?.KubeletText ?? "")} | {string.Join(", ", entries)}";
    }

    private static string DescribeExpected(JsonElement ask, string bin)
    {
        var auth = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in ask.GetProperty("auth").EnumerateObject())
        {
            auth[entry.Name] = AuthKey.TryParse(entry.Name, out _) ? $"{Shortened(entry.Value[0])} {Shortened(entry.Value[1])}" : "ignored";
        }

        // The kubelet's clock went on a little until the cache was looked at.
        var entries = ask.Items("cache")
            .Select(entry =>
                $"{entry.Text("text")}+{Escape(entry.Text("serviceAccount"))}={entry.GetProperty("entries").GetInt32()} "
                    + $"for {entry.GetProperty("left").GetInt64() + 1}s")
            .Order(StringComparer.Ordinal);
        var error = ask.TryGetProperty("error", out var value) ? Shortened(value) : "";
        return $"{string.Join(", ", auth)} | {error.Replace(BinPlaceholder, bin, StringComparison.Ordinal)} | {string.Join(", ", entries)}";
    }

    // What is long stands in the vectors as its hash.
    private static string Shorten(string text) => text.Length < 4096 ? text
        : $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))} {text.Length}";

    private static string Shortened(JsonElement text) => text.ValueKind == JsonValueKind.String ? text.GetString()!
        : $"{text.Text("sha256")} {text.GetProperty("length").GetInt32()}";

    private static string Escape(string key) => JsonSerializer.Serialize(key, JsonSerializerOptions.Web);

    private void Add(string path, JsonElement file)
    {
        var mode = file.Text("mode", "644");
        if (file.TryGetProperty("link", out var link))
        {
            _directory.AddLink(path, link.GetString()!);
        }
        else if (file.TryGetProperty("dir", out _))
        {
            _directory.AddDirectory(path);
        }
        else if (file.TryGetProperty("base64", out var base64))
        {
            _directory.Add(path, base64.GetBytesFromBase64(), mode);
        }
        else
        {
            _directory.Add(path, file.Text("text"), mode);
        }
    }

    private sealed record Outcome(IReadOnlyList<string> Asks, IReadOnlyList<string> Expected, int Executions);
}
