using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Plugins;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

[Platform("Linux")]
public sealed class KubeletCredentialsTests
{
    private const string Name = "p";
    private const string Image = "a.x.io/app";
    private const string Response =
        """printf '{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Registry","cacheDuration":"1h","auth":{"*.x.io":{"username":"u","password":"secret-password"}}}'""";

    // In the three ways in which children can be left behind: as a child, by a parent that has ended, and in another process group.
    private const string StartFamily =
        """
        echo $$ >> "$FAMILY"
        sleep 100 & echo $! >> "$FAMILY"
        (sleep 100 & echo $! >> "$FAMILY")
        setsid sleep 100 & echo $! >> "$FAMILY"
        """;

    [Test]
    public async Task Ten_thousand_callers_at_once_share_one_execution()
    {
        using var directory = PluginDirectory.With(Name, $"echo run >> $COUNT_FILE; read -r request; {Response}");
        using var credentials = Create(directory);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(_ => Task.Run(async () => await credentials.GetAsync(Image))));

        Assert.That(answers, Has.All.Count.EqualTo(1));
        Assert.That(PluginDirectory.Count(directory.CountFile(Name)), Is.EqualTo(1));
    }

    [Test]
    public async Task A_plugin_that_runs_out_of_time_leaves_no_process_behind()
    {
        using var directory = PluginDirectory.With(Name, $"{StartFamily}\necho ready > $READY\nwait");
        using var ready = new Signal(directory.CountFile("ready"));
        var clock = new FakeTimeProvider();
        using var credentials = Create(directory, clock);

        var explaining = credentials.ExplainAsync(Image);
        await ready.WaitAsync();
        var family = ReadFamily(directory);
        clock.Advance(TimeSpan.FromMinutes(1));
        var explanation = await explaining;

        Assert.That(explanation.Providers[0].Error, Does.EndWith("p for image a.x.io/app: context deadline exceeded"));
        Assert.That(family, Has.Length.EqualTo(4));
        Assert.That(family.Where(IsAlive), Is.Empty);
    }

    [Test]
    public async Task A_plugin_whose_only_caller_cancels_leaves_no_process_behind()
    {
        using var directory = PluginDirectory.With(Name, $"{StartFamily}\necho ready > $READY\nwait");
        using var ready = new Signal(directory.CountFile("ready"));
        using var credentials = Create(directory);
        using var cancellation = new CancellationTokenSource();

        var getting = credentials.GetAsync(Image, cancellationToken: cancellation.Token).AsTask();
        await ready.WaitAsync();
        var family = ReadFamily(directory);
        await cancellation.CancelAsync();

        Assert.That(async () => await getting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(family, Has.Length.EqualTo(4));
        Assert.That(family.Where(IsAlive), Is.Empty);
    }

    [Test]
    public async Task Children_of_a_plugin_that_has_ended_are_killed_too_while_they_hold_its_output()
    {
        using var directory = PluginDirectory.With(Name, "sleep 100 & echo $! > $FAMILY; echo ready > $READY");
        using var ready = new Signal(directory.CountFile("ready"));
        using var credentials = Create(directory);
        using var cancellation = new CancellationTokenSource();

        var getting = credentials.GetAsync(Image, cancellationToken: cancellation.Token).AsTask();
        await ready.WaitAsync();
        await cancellation.CancelAsync();

        Assert.That(async () => await getting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(ReadFamily(directory).Where(IsAlive), Is.Empty);
    }

    [Test]
    public async Task Who_cancels_does_not_end_the_execution_that_another_waits_for()
    {
        using var directory = PluginDirectory.With(Name, $"echo run >> $COUNT_FILE; echo ready > $READY; read -r go < $GO; {Response}");
        using var ready = new Signal(directory.CountFile("ready"));
        using var go = new Signal(directory.CountFile("go"));
        using var credentials = Create(directory);
        using var cancellation = new CancellationTokenSource();

        var impatient = credentials.GetAsync(Image, cancellationToken: cancellation.Token).AsTask();
        var patient = credentials.GetAsync(Image).AsTask();
        await ready.WaitAsync();
        await cancellation.CancelAsync();
        Assert.That(async () => await impatient, Throws.InstanceOf<OperationCanceledException>());
        await go.SendAsync();

        Assert.That(await patient, Has.Count.EqualTo(1));
        Assert.That(PluginDirectory.Count(directory.CountFile(Name)), Is.EqualTo(1));
    }

    [Test]
    public async Task Disposing_kills_what_runs_and_ends_the_wait_for_it()
    {
        using var directory = PluginDirectory.With(Name, $"{StartFamily}\necho ready > $READY\nwait");
        using var ready = new Signal(directory.CountFile("ready"));
        var credentials = Create(directory);

        var getting = credentials.GetAsync(Image).AsTask();
        await ready.WaitAsync();
        credentials.Dispose();

        Assert.That(ReadFamily(directory).Where(IsAlive), Is.Empty);
        Assert.That(async () => await getting, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => credentials.GetAsync(Image), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => credentials.ExplainAsync(Image), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task A_cached_answer_allocates_nothing_but_the_result()
    {
        using var directory = PluginDirectory.With(Name, $"read -r request; {Response}");
        using var credentials = Create(directory);
        await credentials.GetAsync(Image);
        const int Times = 1_000;
        GetCached(credentials, Times);

        var before = GC.GetAllocatedBytesForCurrentThread();
        GetCached(credentials, Times);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // An array with one element: header, length, reference.
        Assert.That(allocated, Is.LessThanOrEqualTo(Times * 32));
    }

    [Test]
    public async Task A_request_larger_than_a_pipe_reaches_the_plugin_and_a_larger_answer_comes_back()
    {
        using var directory = PluginDirectory.With(
            Name,
                """tr -d '\n' | sed -e 's/.*serviceAccountToken":"\([^"]*\)".*/{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io\/v1","cacheKeyType":"Image","auth":{"*.x.io":{"username":"\1","password":""}}}/'""");
        var token = new string('t', 1_000_000);
        var source = new ServiceAccountAnswers { Account = _ => new ServiceAccount("uid"), Token = (_, _) => token };
        using var credentials = Create(directory, source: source, provider: CreateProvider(
            attributes: new ServiceAccountTokenAttributes { ServiceAccountTokenAudience = "a", CacheType = "ServiceAccount" }));

        var got = await credentials.GetAsync(Image, new ServiceAccountIdentity("ns", "web", "pod", "uid"));

        Assert.That(got.Single().Username == token, Is.True);
        Assert.That(got.Single().ServiceAccount?.ToString(), Is.EqualTo("ns/web/uid"));
    }

    [Test]
    public async Task Standard_output_without_end_is_a_failure()
    {
        using var directory = PluginDirectory.With(Name, "exec cat /dev/zero");
        using var credentials = Create(directory);

        var explanation = await credentials.ExplainAsync(Image);

        Assert.That(explanation.Providers[0].Error, Does.EndWith("more than 67108864 bytes on standard output"));
    }

    [Test]
    public async Task A_reason_that_the_kubelet_hides_is_the_detail()
    {
        using var directory = PluginDirectory.With(
            Name,
                """printf '{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Image","auth":{"user:hidden@a.x.io":{"username":"u","expires":"x"}}}'""");
        using var credentials = Create(directory);

        var provider = (await credentials.ExplainAsync(Image)).Providers[0];

        Assert.That(provider.Outcome, Is.EqualTo(ProviderOutcome.Failed));
        Assert.That(provider.Error, Is.EqualTo(
            "failed to get credential from external registry credential provider: error decoding credential provider plugin response from stdout"));
        Assert.That(provider.Detail, Is.EqualTo("the entry \"***@a.x.io\" of \"auth\" has the unknown field \"expires\"; field names are case-sensitive"));
    }

    [Test]
    public async Task An_explanation_tells_each_step()
    {
        using var directory = PluginDirectory.With(Name, $"read -r request; {Response}");
        var clock = new FakeTimeProvider();
        using var credentials = Create(directory, clock, others: [CreateProvider(matchImages: "other.io")]);

        var first = await credentials.ExplainAsync("a.x.io/app:1");
        clock.Advance(TimeSpan.FromMinutes(20));
        var second = await credentials.ExplainAsync("a.x.io/app:1");

        Assert.That((first.Repository, first.Tag, first.Digest, first.Error), Is.EqualTo((Image, "1", "", (string?)null)));
        Assert.That(first.Providers.Select(provider => (provider.Outcome, provider.MatchedPattern)), Is.EqualTo(new[]
        {
            (ProviderOutcome.Executed, "*.x.io"), (ProviderOutcome.NotMatched, (string?)null),
        }));
        Assert.That(first.Providers[0].ExecutionTime, Is.Not.Null);
        Assert.That(first.Providers[0].CachedFor, Is.EqualTo(TimeSpan.FromHours(1)));
        Assert.That(first.Providers[
            0].AuthKeys.Select(key => (key.Key, key.StoredKey, key.Username, key.IsUsed)), Is.EqualTo(new[] { ("*.x.io", "*.x.io", "u", true) }));
        Assert.That(second.Providers[0].Outcome, Is.EqualTo(ProviderOutcome.Cached));
        Assert.That(second.Providers[0].CachedFor, Is.EqualTo(TimeSpan.FromMinutes(40)));
        Assert.That(second.Credentials.Single().Password, Is.EqualTo("secret-password"));
    }

    [Test]
    public async Task A_name_that_is_not_valid_is_refused_with_the_kubelets_text()
    {
        using var directory = PluginDirectory.With(Name, "exit 1");
        using var credentials = Create(directory);

        var explanation = await credentials.ExplainAsync("a.io//b");

        Assert.That(explanation.Error, Is.EqualTo("couldn't parse image name \"a.io//b\": invalid reference format"));
        Assert.That(() => credentials.GetAsync("a.io//b"), Throws.TypeOf<FormatException>().With.Message.EqualTo(explanation.Error));
    }

    [TestCase("")]
    [TestCase("credentialprovider.kubelet.k8s.io/v2")]
    public void A_version_that_does_not_exist_is_refused(string version) =>
        Assert.That(
            () => new KubeletCredentials([new CredentialProvider { Name = "p", ApiVersion = version }], "/bin"),
            Throws.ArgumentException.With.Message.Contains($"\"{version}\""));

    [Test]
    public async Task A_service_account_without_a_source_is_a_failure_of_its_provider()
    {
        using var directory = PluginDirectory.With(Name, "exit 1");
        using var credentials = Create(
            directory, provider: CreateProvider(attributes: new ServiceAccountTokenAttributes { ServiceAccountTokenAudience = "a" }));

        var explanation = await credentials.ExplainAsync(Image, new ServiceAccountIdentity("ns", "web", "pod", "uid"));

        Assert.That(explanation.Providers[0].Error, Is.EqualTo("failed to get service account: there is no source of service accounts"));
    }

    [Test]
    public async Task An_annotation_too_long_for_a_key_is_a_failure_of_its_provider()
    {
        using var directory = PluginDirectory.With(Name, "exit 1");
        var source = new ServiceAccountAnswers
        {
            Account = _ => new ServiceAccount("uid") { Annotations = new Dictionary<string, string> { ["a"] = new('x', 65_536) } },
            Token = (_, _) => "token",
        };
        var attributes = new ServiceAccountTokenAttributes { ServiceAccountTokenAudience = "a", OptionalServiceAccountAnnotationKeys = ["a"] };
        using var credentials = Create(directory, source: source, provider: CreateProvider(attributes: attributes));

        var explanation = await credentials.ExplainAsync(Image, new ServiceAccountIdentity("ns", "web", "pod", "uid"));

        Assert.That(explanation.Providers[0].Error, Does.EndWith("cryptobyte: pending child length 65536 exceeds 2-byte length prefix"));
    }

    // Every way to fail, with a plugin that repeats all it knows wherever it can. A password that is in no response is nothing but text.
    [TestCase("exit 1")]
    [TestCase("kill -TERM $$")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image v1 cacheDuration; exit 3")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image v1 kind")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image v2 cacheDuration")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image \"$SECRET\" cacheDuration")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image \"$SECRET/x\" cacheDuration")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image v1 \"$SECRET\"")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" \"$SECRET\" v1 cacheDuration")]
    [TestCase("printf \"$RESPONSE\" \"$TOKEN\" \"$TOKEN\" v1 cacheDuration")]
    [TestCase("printf \"$RESPONSE\" \"$TOKEN\" Image v1 cacheDuration")]
    [TestCase("printf \"$RESPONSE\" password-marker-3 password-marker-3 v1 cacheDuration")]
    [TestCase("printf \"$RESPONSE\" password-marker-3 Image v1 cacheDuration; echo password-marker-3 >&2; exit 1")]
    [TestCase("printf \"$RESPONSE\" password-marker-3 Image v1 expires; echo password-marker-3 >&2; kill -KILL $$")]
    [TestCase("printf \"$RESPONSE\" \"$SECRET\" Image v1 cacheDuration; echo \"$SECRET\"")]
    [TestCase("echo \"$SECRET\"")]
    [TestCase("exec sleep 100")]
    [TestCase("printf \"$RESPONSE\" password-marker-3 Image v1 cacheDuration")]
    public async Task No_secret_is_shown(string ending)
    {
        string[] markers = ["environment-marker-1", "token-marker-2", "password-marker-3"];
        using var directory = PluginDirectory.With(
            Name,
            $$$"""
            RESPONSE='{"kind":"CredentialProviderResponse","auth":{"*.x.io":{"password":"%s"}},"cacheKeyType":"%s","apiVersion":"credentialprovider.kubelet.k8s.io/%s","%s":null}'
            IN=$(cat)
            TOKEN=$(printf %s "$IN" | sed 's/.*serviceAccountToken":"\([^"]*\)".*/\1/')
            printf 'it is %s and %s\n' "$SECRET" "$TOKEN" >&2
            echo ready > $READY
            {{{ending}}}
            """);
        using var ready = new Signal(directory.CountFile("ready"));
        var log = new ListLogger();
        var clock = new FakeTimeProvider();
        var source = new ServiceAccountAnswers { Account = _ => new ServiceAccount("uid"), Token = (_, _) => markers[1] };
        using var credentials = Create(
            directory,
            clock,
            source,
            CreateProvider(
                environment: [new ExecEnvironmentVariable("SECRET", markers[0])],
                attributes: new ServiceAccountTokenAttributes { ServiceAccountTokenAudience = "audience", CacheType = "ServiceAccount" }),
            log: log);

        var explaining = credentials.ExplainAsync(Image, new ServiceAccountIdentity("ns", "web", "pod", "uid"));
        await ready.WaitAsync();
        if (ending.Contains("sleep", StringComparison.Ordinal))
        {
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        var explanation = await explaining;

        var texts = Texts(explanation).Concat(log.Lines).ToArray();
        Assert.That(texts, Has.Length.GreaterThan(10));
        foreach (var marker in markers)
        {
            Assert.That(texts, Has.None.Contains(marker));
        }
    }

    private static KubeletCredentials Create(
        PluginDirectory directory,
        TimeProvider? clock = null,
        IServiceAccountSource? source = null,
        CredentialProvider? provider = null,
        IEnumerable<CredentialProvider>? others = null,
        ILogger? log = null)
    {
        var options = new KubeletCredentialsOptions
        {
            ServiceAccounts = source,
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/bin:/bin",
                ["COUNT_FILE"] = directory.CountFile(Name),
                ["FAMILY"] = directory.CountFile("family"),
                ["READY"] = directory.CountFile("ready"),
                ["GO"] = directory.CountFile("go"),
            },
        };
        options.TimeProvider = clock ?? options.TimeProvider;
        options.Logger = log ?? options.Logger;
        return new KubeletCredentials([provider ?? CreateProvider(), .. others ?? []], directory.Files, options);
    }

    private static CredentialProvider CreateProvider(
        string matchImages = "*.x.io", IReadOnlyList<ExecEnvironmentVariable>? environment = null, ServiceAccountTokenAttributes? attributes = null) => new()
        {
            Name = Name,
            MatchImages = ["[invalid", matchImages],
            ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
            DefaultCacheDuration = TimeSpan.FromMinutes(10),
            Environment = environment ?? [],
            TokenAttributes = attributes,
        };

    private static void GetCached(KubeletCredentials credentials, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var getting = credentials.GetAsync(Image);
            if (!getting.IsCompletedSuccessfully || getting.Result.Count != 1)
            {
                Assert.Fail("It is not cached.");
            }
        }
    }

    private static int[] ReadFamily(PluginDirectory directory) =>
        [.. File.ReadAllLines(directory.CountFile("family")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    // A process that was killed is gone or a zombie, which the system's first process will reap, or is about to be one.
    private static bool IsAlive(int id)
    {
        while (true)
        {
            string status;
            try
            {
                status = File.ReadAllText($"/proc/{id}/status");
            }
            catch (IOException)
            {
                return false;
            }

            if (status.Contains("\nState:\tZ", StringComparison.Ordinal) || status.Contains("\nState:\tX", StringComparison.Ordinal))
            {
                return false;
            }

            if (!HasPendingKill(status))
            {
                return true;
            }

            Thread.Yield();
        }
    }

    private static bool HasPendingKill(string status)
    {
        var masks = status.Split(
            '\n').Where(line => line.StartsWith("SigPnd:", StringComparison.Ordinal) || line.StartsWith("ShdPnd:", StringComparison.Ordinal));
        return masks.Any(line => (ulong.Parse(line[8..], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1 << 8)) != 0);
    }

    // All that public properties hold, except the passwords themselves.
    private static IEnumerable<string> Texts(object value)
    {
        yield return value.ToString()!;
        if (value is string)
        {
            yield break;
        }

        if (value is System.Collections.IEnumerable items)
        {
            foreach (var text in items.Cast<object>().SelectMany(Texts))
            {
                yield return text;
            }

            yield break;
        }

        if (value.GetType().Assembly != typeof(KubeletCredentials).Assembly)
        {
            yield break;
        }

        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.Name != nameof(ImageCredential.Password) && property.GetValue(value) is { } part)
            {
                foreach (var text in Texts(part))
                {
                    yield return text;
                }
            }
        }
    }

    /// <summary>A named pipe: who waits is woken by who writes, without sleeping.</summary>
    private sealed class Signal : IDisposable
    {
        private readonly string _path;

        public Signal(string path)
        {
            _path = path;
            using var make = Process.Start("/usr/bin/mkfifo", [path]);
            make.WaitForExit();
        }

        public Task<string> WaitAsync() =>
            Task.Factory.StartNew(() => File.ReadAllText(_path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        public Task SendAsync() =>
            Task.Factory.StartNew(() => File.WriteAllText(_path, "go\n"), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        public void Dispose() => File.Delete(_path);
    }

    private sealed class ListLogger : ILogger
    {
        private readonly List<string> _lines = [];

        public string[] Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add($"{logLevel} {formatter(state, exception)}");
            }
        }
    }
}
