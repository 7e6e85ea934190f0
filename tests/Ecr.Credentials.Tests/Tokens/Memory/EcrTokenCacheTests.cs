using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Memory;

public sealed class EcrTokenCacheTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    // Reached only if a test fails.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private TimerSignallingTimeProvider _time = null!;
    private GatedTokenSource _source = null!;
    private EcrTokenCache _cache = null!;

    [SetUp]
    public void SetUp()
    {
        _time = new TimerSignallingTimeProvider(Start);
        _source = new GatedTokenSource();
        _cache = Cache(_source);
    }

    [TearDown]
    public void TearDown() => _cache.Dispose();

    [Test]
    public async Task A_hit_synchronously_returns_the_token_of_the_first_call()
    {
        var token = await FillAsync();

        var hit = _cache.GetTokenAsync(Request());

        Assert.That(hit.IsCompletedSuccessfully);
        Assert.That(await hit, Is.SameAs(token));
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_hundred_accounts_in_one_region_share_one_call()
    {
        await FillAsync();

        for (var account = 0; account < 100; account++)
        {
            await _cache.GetTokenAsync(new EcrTokenRequest(EcrRegistry.Parse($"{account:D12}.dkr.ecr.eu-west-1.amazonaws.com")));
        }

        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Another_region_needs_another_call()
    {
        await FillAsync();

        var other = _cache.GetTokenAsync(Request("eu-west-2"));
        var call = await _source.NextCallAsync();
        var token = Token();
        call.Answer(token);

        Assert.That(call.Request.Registry.Region, Is.EqualTo("eu-west-2"));
        Assert.That(await other, Is.SameAs(token));
    }

    [TestCase(1)]
    [TestCase(10)]
    public async Task Concurrent_callers_share_one_call(int callers)
    {
        var waiting = Ask(callers);
        var token = Token();
        (await _source.NextCallAsync()).Answer(token);

        Assert.That(await Task.WhenAll(waiting), Is.All.SameAs(token));
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Ten_thousand_concurrent_callers_of_an_empty_cache_share_one_call()
    {
        using var start = new ManualResetEventSlim();
        var waiting = Enumerable.Range(0, 10_000)
            .Select(_ => Task.Run(async () =>
            {
                start.Wait();
                return await _cache.GetTokenAsync(Request());
            }))
            .ToArray();
        start.Set();
        var token = Token();
        (await _source.NextCallAsync()).Answer(token);

        Assert.That(await Task.WhenAll(waiting), Is.All.SameAs(token));
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_miss_just_before_another_call_completes_starts_no_second_call()
    {
        using var memory = new HookedMemoryCache(_time);
        using var cache = Cache(_source, memory);
        var token = Token();
        memory.AfterLookup = () =>
        {
            var other = cache.GetTokenAsync(Request()).AsTask();
            _source.NextCallAsync().GetAwaiter().GetResult().Answer(token);
            other.GetAwaiter().GetResult();
        };

        Assert.That(await cache.GetTokenAsync(Request()), Is.SameAs(token));
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [TestCase(2)]
    [TestCase(10)]
    public async Task Cancellation_ends_the_wait_of_that_caller_only(int callers)
    {
        using var cancellation = new CancellationTokenSource();
        var leaving = _cache.GetTokenAsync(Request(), cancellation.Token).AsTask();
        var staying = Ask(callers - 1);
        var call = await _source.NextCallAsync();

        await cancellation.CancelAsync();
        var e = await Assert.ThrowsAsync<OperationCanceledException>(() => leaving);

        Assert.That(e!.CancellationToken, Is.EqualTo(cancellation.Token));
        Assert.That(e.Message, Is.EqualTo("waiting for a token of region \"eu-west-1\""));
        Assert.That(call.CancellationToken.IsCancellationRequested, Is.False);
        call.Answer(Token());
        Assert.That(await Task.WhenAll(staying), Has.Length.EqualTo(callers - 1));
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(10)]
    public async Task The_call_is_canceled_when_the_last_caller_leaves(int callers)
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = Ask(callers - 1, cancellation.Token);
        using var lastCancellation = new CancellationTokenSource();
        var last = _cache.GetTokenAsync(Request(), lastCancellation.Token).AsTask();
        var call = await _source.NextCallAsync();

        await cancellation.CancelAsync();
        await Task.WhenAll(waiting).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.That(call.CancellationToken.IsCancellationRequested, Is.False);

        await lastCancellation.CancelAsync();
        await call.Cancelled;
        Assert.That(async () => await last, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(waiting, Is.All.Property(nameof(Task.IsCanceled)).True);
    }

    [Test]
    public async Task A_caller_after_the_last_one_left_starts_a_new_call()
    {
        using var cancellation = new CancellationTokenSource();
        var leaving = _cache.GetTokenAsync(Request(), cancellation.Token).AsTask();
        var abandoned = await _source.NextCallAsync();
        await cancellation.CancelAsync();
        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());

        var coming = _cache.GetTokenAsync(Request()).AsTask();
        var call = await _source.NextCallAsync();
        abandoned.Answer(Token());
        var token = Token();
        call.Answer(token);

        Assert.That(await coming, Is.SameAs(token));
    }

    [Test]
    public async Task An_abandoned_call_does_not_remove_its_successor()
    {
        using var cancellation = new CancellationTokenSource();
        var leaving = _cache.GetTokenAsync(Request(), cancellation.Token).AsTask();
        var abandoned = await _source.NextCallAsync();
        var abandonedEnds = _cache.WhenIdleAsync();
        await cancellation.CancelAsync();
        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());
        var coming = _cache.GetTokenAsync(Request()).AsTask();
        var call = await _source.NextCallAsync();
        await abandonedEnds;

        var joining = _cache.GetTokenAsync(Request()).AsTask();
        call.Answer(Token());

        Assert.That(await joining, Is.SameAs(await coming));
        Assert.That(_source.Count, Is.EqualTo(2));
        Assert.That(abandoned.CancellationToken.IsCancellationRequested);
    }

    [Test]
    public async Task An_already_canceled_caller_starts_no_call()
    {
        Assert.That(
            async () => await _cache.GetTokenAsync(Request(), new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());

        await FillAsync();
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_source_that_blocks_its_thread_does_not_block_callers()
    {
        using var unblock = new ManualResetEventSlim();
        using var cache = new EcrTokenCache(new FakeTokenSource((_, _) =>
        {
            unblock.Wait(CancellationToken.None);
            return Task.FromResult(Token());
        }));
        using var cancellation = new CancellationTokenSource();

        var leaving = cache.GetTokenAsync(Request(), cancellation.Token).AsTask();
        cancellation.Cancel();

        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());
        unblock.Set();
    }

    [Test]
    public async Task The_shared_call_does_not_see_the_ambient_values_of_the_first_caller()
    {
        var ambient = new AsyncLocal<string> { Value = "of the first caller" };
        string? seen = null;
        using var cache = Cache(new FakeTokenSource((_, _) =>
        {
            seen = ambient.Value;
            return Task.FromResult(Token());
        }));

        await cache.GetTokenAsync(Request());

        Assert.That(seen, Is.Null);
    }

    [TestCase(1)]
    [TestCase(10)]
    public async Task A_failure_is_returned_to_all_waiting_callers_and_not_cached(int callers)
    {
        var waiting = Ask(callers);
        (await _source.NextCallAsync()).Fail(Failure());
        foreach (var caller in waiting)
        {
            Assert.That(async () => await caller, Throws.TypeOf<EcrCredentialException>().With.Property("Reason").EqualTo(EcrCredentialErrorReason.Throttled));
        }

        Assert.That(await FillAsync(), Is.Not.Null);
        Assert.That(_source.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task A_token_without_expiry_is_returned_to_all_waiting_callers_and_not_cached()
    {
        var waiting = Ask(10);
        var token = new EcrToken("AWS", "secret", expiresAt: null);
        (await _source.NextCallAsync()).Answer(token);
        Assert.That(await Task.WhenAll(waiting), Is.All.SameAs(token));

        var late = _cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Fail(Failure());
        Assert.That(async () => await late, Throws.TypeOf<EcrCredentialException>());
    }

    [Test]
    public async Task A_token_is_not_refreshed_before_half_of_its_lifetime()
    {
        await FillAsync();
        _time.Advance((Lifetime / 2) - Tick);

        await _cache.GetTokenAsync(Request());

        await _cache.WhenIdleAsync();
        Assert.That(_source.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task After_half_of_the_lifetime_hits_return_at_once_and_start_one_refresh()
    {
        var old = await FillAsync();
        _time.Advance(Lifetime / 2);

        for (var hits = 0; hits < 10; hits++)
        {
            var hit = _cache.GetTokenAsync(Request());
            Assert.That(hit.IsCompletedSuccessfully);
            Assert.That(await hit, Is.SameAs(old));
        }

        var fresh = Token();
        (await _source.NextCallAsync()).Answer(fresh);
        await _cache.WhenIdleAsync();
        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(fresh));
        Assert.That(_source.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task A_hit_that_found_the_old_token_during_its_refresh_starts_no_second_refresh()
    {
        using var memory = new HookedMemoryCache(_time);
        using var cache = Cache(_source, memory);
        await FillAsync(cache);
        _time.Advance(Lifetime / 2);
        memory.AfterLookup = () =>
        {
            cache.GetTokenAsync(Request()).AsTask().GetAwaiter().GetResult();
            _source.NextCallAsync().GetAwaiter().GetResult().Answer(Token());
            cache.WhenIdleAsync().GetAwaiter().GetResult();
        };

        await cache.GetTokenAsync(Request());

        await cache.WhenIdleAsync();
        Assert.That(_source.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task The_cached_token_is_returned_until_shortly_before_expiry_then_callers_wait_for_a_new_one()
    {
        var old = await FillAsync();
        _time.Advance(Lifetime - Margin - Tick);
        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(old));
        (await _source.NextCallAsync()).Fail(Failure());
        await _cache.WhenIdleAsync();

        _time.Advance(Tick);
        var waiting = Ask(10);
        Assert.That(waiting, Has.None.Property(nameof(Task.IsCompleted)).True);
        var fresh = Token();
        (await _source.NextCallAsync()).Answer(fresh);

        Assert.That(await Task.WhenAll(waiting), Is.All.SameAs(fresh));
    }

    [Test]
    public async Task Callers_near_expiry_join_the_refresh_and_do_not_cancel_it_by_leaving()
    {
        await FillAsync();
        _time.Advance(Lifetime - Margin - Tick);
        await _cache.GetTokenAsync(Request());
        var refresh = await _source.NextCallAsync();
        _time.Advance(Tick);
        using var cancellation = new CancellationTokenSource();

        var leaving = _cache.GetTokenAsync(Request(), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        Assert.That(async () => await leaving, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(refresh.CancellationToken.IsCancellationRequested, Is.False);
        var fresh = Token();
        refresh.Answer(fresh);
        await _cache.WhenIdleAsync();
        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(fresh));
        Assert.That(_source.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task After_a_failed_refresh_the_cached_token_is_returned_and_the_next_attempt_is_delayed()
    {
        var old = await FillAsync();
        _time.Advance(Lifetime / 2);
        await _cache.GetTokenAsync(Request());
        (await _source.NextCallAsync()).Fail(Failure());
        await _cache.WhenIdleAsync();

        // 15 s, minus up to one half.
        _time.Advance(TimeSpan.FromSeconds(7.5) - Tick);
        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(old));
        await _cache.WhenIdleAsync();
        Assert.That(_source.Count, Is.EqualTo(2));

        _time.Advance(TimeSpan.FromSeconds(7.5) + Tick);
        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(old));
        var fresh = Token();
        (await _source.NextCallAsync()).Answer(fresh);
        await _cache.WhenIdleAsync();
        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(fresh));
    }

    [Test]
    public async Task A_token_that_cannot_be_refreshed_is_returned_until_it_expires_and_no_longer()
    {
        var old = await FillAsync();
        _time.Advance(Lifetime - Tick);
        var lastMoment = _cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Fail(Failure());
        Assert.That(await lastMoment, Is.SameAs(old));

        _time.Advance(Tick);
        var late = _cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Fail(Failure());
        Assert.That(async () => await late, Throws.TypeOf<EcrCredentialException>());
    }

    [Test]
    public async Task A_memory_cache_that_evicts_too_late_does_not_extend_the_lifetime_of_a_token()
    {
        using var memory = new MemoryCache(new MemoryCacheOptions { Clock = new TimeProviderClock(new FakeTimeProvider(Start)) });
        using var cache = Cache(_source, memory);
        await FillAsync(cache);
        _time.Advance(Lifetime);

        var late = cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Fail(Failure());

        Assert.That(async () => await late.WaitAsync(Timeout), Throws.TypeOf<EcrCredentialException>());
        Assert.That(memory.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Without_a_margin_a_token_is_a_hit_until_it_expires()
    {
        using var cache = new EcrTokenCache(_source, new EcrTokenCacheOptions { RefreshMargin = TimeSpan.Zero }, _time);
        await FillAsync(cache);

        _time.Advance(Lifetime - Tick);
        Assert.That(cache.GetTokenAsync(Request()).AsTask().IsCompletedSuccessfully);
        (await _source.NextCallAsync()).Fail(Failure());
        await cache.WhenIdleAsync();

        _time.Advance(Tick);
        Assert.That(cache.GetTokenAsync(Request()).AsTask().IsCompleted, Is.False);
    }

    [Test]
    public void A_token_that_expires_between_its_check_and_its_storage_is_not_stored()
    {
        var clock = new SleepyClock(Start);
        using var cache = new EcrTokenCache(
            new FakeTokenSource((_, _) =>
            {
                clock.ReadsUntilSleep = clock.HasSlept ? -1 : 1;
                return Task.FromResult(new EcrToken("AWS", "hunter2", clock.Now + Lifetime));
            }),
            timeProvider: clock);

        Assert.That(async () => await cache.GetTokenAsync(Request()), Throws.Nothing);
    }

    [Test]
    public async Task A_token_that_expires_while_callers_wait_for_it_is_not_returned()
    {
        using var memory = new HookedMemoryCache(_time);
        using var cache = Cache(_source, memory);
        memory.BeforeStore = () => _time.Advance(Lifetime);

        var waiting = cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Answer(Token());
        var fresh = new EcrToken("AWS", "fresh", Start + Lifetime + Lifetime);
        (await _source.NextCallAsync()).Answer(fresh);

        Assert.That(await waiting, Is.SameAs(fresh));
    }

    [Test]
    public async Task A_token_that_has_expired_on_arrival_is_reported_as_a_clock_problem()
    {
        var waiting = _cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Answer(new EcrToken("AWS", "secret", Start));

        var e = await Assert.ThrowsAsync<EcrCredentialException>(() => waiting);

        Assert.That(e!.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidResponse));
        Assert.That(e.Message, Is.EqualTo(
            "the token of region \"eu-west-1\" expired at 2026-03-01 12:00:00Z, "
                + "but the system clock says 2026-03-01 12:00:00Z. Synchronize the system clock."));
    }

    [Test]
    public async Task A_hanging_call_times_out_and_is_canceled()
    {
        var waiting = _cache.GetTokenAsync(Request()).AsTask();
        var call = await _source.NextCallAsync();

        await _time.AdvanceToTimerAsync();

        await call.Cancelled;
        var e = await Assert.ThrowsAsync<EcrCredentialException>(() => waiting);
        Assert.That(e!.Reason, Is.EqualTo(EcrCredentialErrorReason.Timeout));
        Assert.That(e.Message, Is.EqualTo(
            "the request for a token of region \"eu-west-1\" timed out after 60s, waiting for a token of region \"eu-west-1\". "
                + "Check the network, or increase FetchTimeout (00:01:00)."));
    }

    [Test]
    public async Task A_hanging_refresh_fails()
    {
        var old = await FillAsync();
        _time.ForgetTimers();
        _time.Advance(Lifetime / 2);
        await _cache.GetTokenAsync(Request());
        var call = await _source.NextCallAsync();

        await _time.AdvanceToTimerAsync();
        await call.Cancelled;
        await _cache.WhenIdleAsync();

        Assert.That(await _cache.GetTokenAsync(Request()), Is.SameAs(old));
        Assert.That(_source.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task A_cancellation_by_the_source_is_reported_as_a_timeout()
    {
        var waiting = _cache.GetTokenAsync(Request()).AsTask();
        (await _source.NextCallAsync()).Fail(new TaskCanceledException());

        Assert.That(
            async () => await waiting,
            Throws.TypeOf<EcrCredentialException>().With.Property("Reason").EqualTo(EcrCredentialErrorReason.Timeout));
    }

    [Test]
    public async Task Dispose_cancels_calls_and_fails_their_callers()
    {
        var waiting = Ask(10);
        var call = await _source.NextCallAsync();

        _cache.Dispose();
        _cache.Dispose();

        await call.Cancelled;
        foreach (var caller in waiting)
        {
            Assert.That(async () => await caller, Throws.TypeOf<ObjectDisposedException>());
        }

        Assert.That(async () => await _cache.GetTokenAsync(Request()), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Dispose_cancels_a_refresh()
    {
        await FillAsync();
        _time.Advance(Lifetime / 2);
        await _cache.GetTokenAsync(Request());
        var refresh = await _source.NextCallAsync();

        _cache.Dispose();

        await refresh.Cancelled;
        await _cache.WhenIdleAsync();
    }

    [Test]
    public async Task Caches_that_share_a_memory_cache_do_not_see_each_others_tokens_and_do_not_dispose_it()
    {
        using var memory = Memory(sizeLimit: 10);
        using var one = Cache(_source, memory);
        using var other = Cache(_source, memory);
        var request = Request();

        var tokens = (await FillAsync(one, request), await FillAsync(other, request));

        Assert.That(memory.Count, Is.EqualTo(2));
        Assert.That((await one.GetTokenAsync(request), await other.GetTokenAsync(request)), Is.EqualTo(tokens));
        one.Dispose();
        Assert.That(await other.GetTokenAsync(request), Is.SameAs(tokens.Item2));
    }

    [Test]
    public async Task Expired_tokens_are_evicted()
    {
        using var memory = Memory();
        using var cache = Cache(_source, memory);
        await FillAsync(cache, Request("eu-west-1"));
        _time.Advance(Lifetime / 4);
        await FillAsync(cache, Request("eu-west-2"));

        _time.Advance(Lifetime * 3 / 4);
        memory.Compact(0);

        Assert.That(memory.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task The_size_limit_bounds_the_number_of_cached_tokens()
    {
        using var cache = new EcrTokenCache(_source, new EcrTokenCacheOptions { SizeLimit = 1 }, _time);
        await FillAsync(cache, Request("eu-west-1"));
        await FillAsync(cache, Request("eu-west-2"));

        var hits = new[] { cache.GetTokenAsync(Request("eu-west-1")).AsTask(), cache.GetTokenAsync(Request("eu-west-2")).AsTask() };

        Assert.That(hits.Count(hit => hit.IsCompleted), Is.AtMost(1));
    }

    [Test]
    public async Task A_hit_allocates_nothing()
    {
        await FillAsync();
        var request = Request();
        var passwords = 0L;

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var hits = 0; hits < 1_000; hits++)
            {
                var hit = _cache.GetTokenAsync(request);
                passwords += hit.IsCompletedSuccessfully ? hit.Result.Password.Length : 0;
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated();
        Assert.That(Allocated(), Is.Zero);
        Assert.That(passwords, Is.EqualTo(2 * 1_000 * Token().Password.Length));
    }

    [Test]
    public void The_constructor_rejects_invalid_options()
    {
        Assert.That(() => Make(new() { SizeLimit = 0 }), Rejected(nameof(EcrTokenCacheOptions.SizeLimit)));
        Assert.That(() => Make(new() { RefreshMargin = -Tick }), Rejected(nameof(EcrTokenCacheOptions.RefreshMargin)));
        Assert.That(() => Make(new() { FetchTimeout = TimeSpan.Zero }), Rejected(nameof(EcrTokenCacheOptions.FetchTimeout)));
        Assert.That(() => Make(new() { FetchTimeout = TimeSpan.FromDays(60) }), Rejected(nameof(EcrTokenCacheOptions.FetchTimeout)));

        void Make(EcrTokenCacheOptions options) => new EcrTokenCache(_source, options).Dispose();

        static NUnit.Framework.Constraints.IResolveConstraint Rejected(string option) =>
            Throws.InstanceOf<ArgumentException>().With.Message.Contains(option);
    }

    private static EcrTokenRequest Request(string region = "eu-west-1") => new(EcrRegistry.Parse($"123456789012.dkr.ecr.{region}.amazonaws.com"));

    private static EcrCredentialException Failure() => new(EcrCredentialErrorReason.Throttled, "AWS throttled every attempt. Try again later.");

    private EcrToken Token() => new("AWS", "secret", _time.GetUtcNow() + Lifetime);

    private MemoryCache Memory(long? sizeLimit = null) => new(new MemoryCacheOptions { Clock = new TimeProviderClock(_time), SizeLimit = sizeLimit });

    private EcrTokenCache Cache(IEcrTokenSource source, IMemoryCache? memory = null) =>
        new(source, new EcrTokenCacheOptions { RefreshMargin = Margin }, _time, memoryCache: memory);

    private Task<EcrToken>[] Ask(int callers, CancellationToken cancellationToken = default) =>
        [.. Enumerable.Range(0, callers).Select(_ => _cache.GetTokenAsync(Request(), cancellationToken).AsTask())];

    private async Task<EcrToken> FillAsync(EcrTokenCache? cache = null, EcrTokenRequest? request = null)
    {
        var waiting = (cache ?? _cache).GetTokenAsync(request ?? Request()).AsTask();
        var token = Token();
        (await _source.NextCallAsync()).Answer(token);
        Assert.That(await waiting.WaitAsync(Timeout), Is.SameAs(token));
        return token;
    }

    /// <summary>A machine that is suspended once, after a number of looks at its clock.</summary>
    private sealed class SleepyClock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; private set; } = start;

        public int ReadsUntilSleep { get; set; } = -1;

        public bool HasSlept { get; private set; }

        public override DateTimeOffset GetUtcNow()
        {
            if (ReadsUntilSleep >= 0 && ReadsUntilSleep-- == 0)
            {
                Now += Lifetime;
                HasSlept = true;
            }

            return Now;
        }
    }
}
