using System.Diagnostics;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Telemetry;

public sealed class EcrTelemetryTests
{
    private const string Account = "123456789012";
    private const string Secret = "marker-secret";
    private const string Image = "marker-image";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);
    private static readonly EcrTokenRequest Request = new(EcrRegistry.Parse($"{Account}.dkr.ecr.eu-west-1.amazonaws.com"));

    private FakeTimeProvider _time = null!;
    private ListLogger _logger = null!;
    private TelemetryRecorder _telemetry = null!;

    /// <summary>If set, the exception that calls fail with.</summary>
    private Exception? _failure;

    [SetUp]
    public void SetUp()
    {
        _time = new FakeTimeProvider(Start);
        _logger = new ListLogger();
        _failure = null;
        _telemetry = new TelemetryRecorder();
    }

    [TearDown]
    public void TearDown()
    {
        _telemetry.Dispose();
        _logger.Dispose();
    }

    [Test]
    public async Task A_miss_records_the_request_the_call_and_the_token()
    {
        using var cache = Cache();

        await cache.GetTokenAsync(Request);

        Assert.That(_telemetry.TakeMeasurements(), Is.EquivalentTo(new[]
        {
            "ecr.credentials.cache.requests 1 {request} ecr.credentials.cache.result=miss",
            "ecr.credentials.fetch.duration 2 s cloud.region=eu-west-1 ecr.credentials.fetch.trigger=caller",
            "ecr.credentials.cache.tokens 1 {token}",
        }));
    }

    [Test]
    public async Task A_hit_records_the_request()
    {
        using var cache = Cache();
        await cache.GetTokenAsync(Request);
        _telemetry.TakeMeasurements();

        await cache.GetTokenAsync(Request);

        Assert.That(_telemetry.TakeMeasurements(), Is.EqualTo(new[] { "ecr.credentials.cache.requests 1 {request} ecr.credentials.cache.result=hit" }));
    }

    [Test]
    public async Task A_request_that_waits_for_another_requests_call_is_recorded_as_shared()
    {
        var gate = new TaskCompletionSource();
        using var cache = Cache(gate.Task);
        var waiting = Enumerable.Range(0, 3).Select(_ => cache.GetTokenAsync(Request).AsTask()).ToArray();
        gate.SetResult();
        await Task.WhenAll(waiting);

        var requests = _telemetry.TakeMeasurements().Where(text => text.StartsWith("ecr.credentials.cache.requests", StringComparison.Ordinal));

        Assert.That(requests.Select(text => text.Split('=')[1]), Is.EquivalentTo(new[] { "miss", "shared", "shared" }));
    }

    [Test]
    public async Task Eviction_decrements_the_token_count()
    {
        var cache = Cache();
        await cache.GetTokenAsync(Request);

        cache.Dispose();

        await _telemetry.TokenEvicted;
    }

    [Test]
    public async Task A_failed_call_records_the_reason()
    {
        using var cache = Cache();
        _failure = new EcrCredentialException(EcrCredentialErrorReason.Throttled, Secret);
        Assert.That(async () => await cache.GetTokenAsync(Request), Throws.TypeOf<EcrCredentialException>());
        _failure = new InvalidOperationException(Secret);
        Assert.That(async () => await cache.GetTokenAsync(Request), Throws.TypeOf<EcrCredentialException>());
        await cache.WhenIdleAsync();

        var failures = _telemetry.TakeMeasurements().Where(text => text.Contains("error.type", StringComparison.Ordinal));
        var activities = _telemetry.TakeActivities();

        Assert.That(failures, Is.EqualTo(new[]
        {
            "ecr.credentials.fetch.duration 2 s cloud.region=eu-west-1 ecr.credentials.fetch.trigger=caller error.type=Throttled",
            "ecr.credentials.fetch.duration 2 s cloud.region=eu-west-1 ecr.credentials.fetch.trigger=caller error.type=System.InvalidOperationException",
        }));
        Assert.That(activities.Select(activity => activity.GetTagItem("error.type")), Is.EqualTo(new[] { "Throttled", "System.InvalidOperationException" }));
        Assert.That(activities, Is.All.Property(nameof(Activity.Status)).EqualTo(ActivityStatusCode.Error));
    }

    [Test]
    public async Task A_call_joins_the_callers_trace_and_a_background_refresh_starts_its_own()
    {
        using var cache = Cache();
        using var source = new ActivitySource(nameof(TelemetryRecorder));
        ActivityTraceId trace;
        using (var parent = source.StartActivity("caller")!)
        {
            trace = parent.TraceId;
            await cache.GetTokenAsync(Request);
            _time.Advance(Lifetime / 2);
            await cache.GetTokenAsync(Request);
            await cache.WhenIdleAsync();
        }

        var fetches = _telemetry.TakeActivities().Where(activity => activity.Source.Name == "Ecr.Credentials").ToArray();

        Assert.That(fetches.Select(fetch => (fetch.OperationName, fetch.Kind, fetch.Status, fetch.TraceId == trace)), Is.EqualTo(new[]
        {
            ("ecr.credentials.fetch", ActivityKind.Internal, ActivityStatusCode.Unset, true),
            ("ecr.credentials.fetch", ActivityKind.Internal, ActivityStatusCode.Unset, false),
        }));
        Assert.That(fetches.Select(fetch => string.Join(' ', fetch.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))), Is.EqualTo(new[]
        {
            "cloud.region=eu-west-1 ecr.credentials.fetch.trigger=caller",
            "cloud.region=eu-west-1 ecr.credentials.fetch.trigger=refresh",
        }));
    }

    [Test]
    public async Task A_failed_refresh_is_logged_as_a_warning()
    {
        using var cache = Cache();
        await cache.GetTokenAsync(Request);
        _time.Advance(Lifetime / 2);
        _failure = new EcrCredentialException(EcrCredentialErrorReason.Throttled, "AWS throttled the calls. Try again later.");

        await cache.GetTokenAsync(Request);
        await cache.WhenIdleAsync();

        Assert.That(
            _logger.Lines.Single(),
            Does.StartWith(
                "Warning: Failed to refresh the token of region eu-west-1; using the cached token until 2026-03-02 00:00:00Z: "
                    + "AWS throttled the calls. Try again later." + typeof(EcrCredentialException).FullName),
            "with the exception");
    }

    [Test]
    public async Task Logs_metrics_and_traces_contain_no_secret_account_or_image()
    {
        using var cache = Cache();
        using var provider = new EcrCredentialProvider(cache);
        var request = new CredentialProviderRequest { Image = $"{Request.Registry.Host}/{Image}:{Image}@sha256:{Image}", ServiceAccountToken = Secret };

        _failure = new InvalidOperationException(Secret, new IOException(Image));
        Assert.That(async () => await provider.GetCredentialsAsync(request), Throws.TypeOf<EcrCredentialException>());
        _failure = null;
        await provider.GetCredentialsAsync(request);
        await provider.GetCredentialsAsync(request);
        _time.Advance(Lifetime / 2);
        _failure = new InvalidOperationException(Secret, new IOException(Image));
        await provider.GetCredentialsAsync(request);
        await cache.WhenIdleAsync();
        _time.Advance(Lifetime / 4);
        _failure = new EcrCredentialException(EcrCredentialErrorReason.ServiceError, "The service failed.", new IOException(Secret));
        await provider.GetCredentialsAsync(request);
        await cache.WhenIdleAsync();

        var measurements = _telemetry.TakeMeasurements();
        var activities = _telemetry.TakeActivities();
        string[] published = [.. measurements, .. activities.Select(Describe), .. _logger.Lines];
        Assert.That((measurements.Length, activities.Length, _logger.Lines.Count), Is.EqualTo((12, 4, 2)));
        Assert.That(published, Has.None.Contains(Secret));
        Assert.That(published, Has.None.Contains(Image));
        Assert.That(published, Has.None.Contains(Account));
    }

    private static string Describe(Activity activity) => string.Join(
        ' ',
        [
            activity.OperationName,
            activity.DisplayName,
            activity.StatusDescription,
            .. activity.TagObjects.Concat(activity.Events.SelectMany(e => e.Tags)).Select(tag => $"{tag.Key}={tag.Value}"),
            .. activity.Baggage.Select(item => $"{item.Key}={item.Value}"),
        ]);

    // Each call takes 2 s.
    private EcrTokenCache Cache(Task? gate = null) => new(
        new FakeTokenSource(async (_, _) =>
        {
            await (gate ?? Task.CompletedTask);
            _time.Advance(TimeSpan.FromSeconds(2));
            return _failure is null ? new EcrToken("AWS", Secret, _time.GetUtcNow() + Lifetime) : throw _failure;
        }),
        timeProvider: _time, logger: _logger);
}
