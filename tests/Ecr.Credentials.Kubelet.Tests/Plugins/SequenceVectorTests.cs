using System.Collections.Concurrent;
using System.Text.Json;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>Asks in the order of the vectors, those of one step at the same time, and compares answers, executions, token requests and errors.</summary>
[Platform("Linux")]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class SequenceVectorTests
{
    private static readonly Lazy<Dictionary<string, JsonElement>> Sequences = VectorFile.ReadByName("sequences.jsonl");

    private readonly PluginDirectory _directory = new();
    private readonly VectorRuns<(List<string> Steps, List<string> Expected)> _runs;

    public SequenceVectorTests() => _runs = new VectorRuns<(List<string> Steps, List<string> Expected)>(Sequences.Value, RunAsync);

    public static IEnumerable<string> Names => Sequences.Value.Keys;

    [OneTimeSetUp]
    public void Prepare()
    {
        var script = File.ReadAllText(VectorFile.PathOf("plugin.sh"));
        foreach (var name in Sequences.Value.Values.SelectMany(sequence => sequence.Items("providers")).Select(provider => provider.Text("name")).Distinct())
        {
            _directory.Add(name, script);
        }

        _directory.Finish();
        _runs.StartSlow("DELAY");
    }

    [OneTimeTearDown]
    public void CleanUp() => _directory.Dispose();

    [TestCaseSource(nameof(Names))]
    public async Task A_sequence_of_asks_is_answered_as_the_kubelet_answers_it(string name)
    {
        var (steps, expected) = await _runs.RunAsync(name);

        Assert.That(steps, Is.EqualTo(expected));
    }

    private async Task<(List<string> Steps, List<string> Expected)> RunAsync(string name, JsonElement sequence)
    {
        var countFile = _directory.CountFile(name);
        var clock = new FakeTimeProvider();
        var current = new ConcurrentDictionary<string, JsonElement>(StringComparer.Ordinal);
        var serviceAccounts = new ServiceAccountAnswers
        {
            Account = identity => current[identity.PodName].TryGetProperty("serviceAccountError", out var error)
                ? throw new InvalidOperationException(error.GetString())
                : new ServiceAccount(current[identity.PodName].Text("serviceAccountUID")) { Annotations = current[identity.PodName].Map("annotations") },
            Token = (request, _) => current[request.Identity.PodName].TryGetProperty("tokenError", out var error)
                ? throw new InvalidOperationException(error.GetString())
                : current[request.Identity.PodName].Text("token"),
        };
        using var credentials = new KubeletCredentials(
            [.. sequence.Items("providers").Select(ProviderReader.Read)],
            _directory.Files,
            new KubeletCredentialsOptions
            {
                Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["COUNT_FILE"] = countFile },
                ServiceAccounts = serviceAccounts,
                TimeProvider = clock,
            });

        var steps = new List<string>();
        var expected = new List<string>();
        var executions = 0;
        foreach (var step in sequence.Items("steps"))
        {
            clock.Advance(GoDuration.Parse(step.Text("wait", "0s")));
            foreach (var ask in step.Items("asks"))
            {
                current[ask.Text("pod")] = ask;
            }

            var explanations = await Task.WhenAll(step.Items("asks").Select(ask => ExplainAsync(credentials, ask)));
            var count = PluginDirectory.Count(countFile);
            steps.Add(Describe(explanations, serviceAccounts.TakeRequests(), count - executions));
            expected.Add(DescribeExpected(step));
            executions = count;

            // The same, by the other way in: what is cached needs no execution.
            if (!sequence.GetRawText().Contains("tokenAttributes", StringComparison.Ordinal) && explanations.All(HasAllCached))
            {
                foreach (var (ask, explanation) in step.Items("asks").Zip(explanations))
                {
                    var got = credentials.GetAsync(ask.Text("image"));
                    Assert.That(got.IsCompletedSuccessfully, Is.True);
                    Assert.That(
                        (await got).Select(credential => credential.Username), Is.EqualTo(explanation.Credentials.Select(credential => credential.Username)));
                }
            }
        }

        return (steps, expected);
    }

    private static bool HasAllCached(CredentialExplanation explanation) =>
        explanation.Providers.All(provider => provider.Outcome == ProviderOutcome.NotMatched || provider.CachedFor is not null);

    private static Task<CredentialExplanation> ExplainAsync(KubeletCredentials credentials, JsonElement ask) => credentials.ExplainAsync(
        ask.Text("image"),
        ask.TryGetProperty("serviceAccount", out var account)
            ? new ServiceAccountIdentity(ask.Text("namespace"), account.GetString()!, ask.Text("pod"), ask.Text("podUID"))
            : null);

    private static string Describe(CredentialExplanation[] explanations, ServiceAccountTokenRequest[] requests, int executions)
    {
        var answers = explanations.Select(explanation =>
        {
            var users = explanation.Credentials.Select(credential => $"{credential.Username} ({credential.ServiceAccount})");
            var keys = explanation.Providers.SelectMany(
                provider => provider.AuthKeys.Select(key => $"{provider.Provider} {key.Key}")).Order(StringComparer.Ordinal);
            return $"[{string.Join(", ", users)}] of [{string.Join(", ", keys)}]";
        });
        var tokens = requests
            .Select(
                request =>
                    $"{request.Audience} {request.Identity.Namespace} {request.Identity.Name} {request.ServiceAccountUid} "
                        + $"{request.Identity.PodName} {request.Identity.PodUid}")
            .Order(StringComparer.Ordinal);
        var errors = explanations.SelectMany(explanation => explanation.Providers)
            .Where(provider => provider.KubeletError is not null)
            .Select(provider => $"{provider.Provider}: {provider.KubeletError}")
            .Order(StringComparer.Ordinal);
        return $"{string.Join(" and ", answers)}; {executions} executions; tokens {string.Join(", ", tokens)}; errors {string.Join(", ", errors)}";
    }

    private static string DescribeExpected(JsonElement step)
    {
        var answers = step.Items("asks").Select(ask =>
        {
            var users = ask.Texts("users").Zip(ask.Texts("sources"), (user, source) => $"{user} ({source})");
            return $"[{string.Join(", ", users)}] of [{string.Join(", ", ask.Texts("keys").Order(StringComparer.Ordinal))}]";
        });
        var errors = step.Items("errors").Select(error => $"{error[0].GetString()}: {error[1].GetString()}").Order(StringComparer.Ordinal);
        return $"{string.Join(" and ", answers)}; {step.GetProperty("executions").GetInt32()} executions; "
            + $"tokens {string.Join(", ", step.Texts("tokenRequests").Order(StringComparer.Ordinal))}; "
            + $"errors {string.Join(", ", errors)}";
    }
}
