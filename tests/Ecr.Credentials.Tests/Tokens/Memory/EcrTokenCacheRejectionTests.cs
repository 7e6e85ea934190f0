using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>How the cache handles a token that a registry rejected.</summary>
public sealed class EcrTokenCacheRejectionTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private FakeTimeProvider _time = null!;
    private FakeTokenSource _source = null!;
    private EcrTokenCache _cache = null!;
    private bool _isAwsReachable;

    [SetUp]
    public void SetUp()
    {
        _time = new FakeTimeProvider(Start);
        _isAwsReachable = true;
        _source = new FakeTokenSource((_, _) => _isAwsReachable
            ? Task.FromResult(new EcrToken("AWS", $"password-{_source.Requests.Count}", _time.GetUtcNow().AddHours(12)))
            : throw new EcrCredentialException(EcrCredentialErrorReason.Unreachable, "cannot reach AWS. Check the network."));
        _cache = new EcrTokenCache(_source, timeProvider: _time);
    }

    [TearDown]
    public void TearDown() => _cache.Dispose();

    [Test]
    public async Task A_rejected_token_is_replaced_for_all_callers()
    {
        var rejected = await GetAsync();
        _time.Advance(Minute);

        var replacement = await GetAsync(rejected);

        Assert.That(replacement.Password, Is.EqualTo("password-2"));
        Assert.That(await GetAsync(), Is.SameAs(replacement));
    }

    [Test]
    public async Task Rejecting_a_token_that_is_already_replaced_returns_the_new_one_without_a_call()
    {
        var rejected = await GetAsync();
        _time.Advance(Minute);
        var replacement = await GetAsync(rejected);
        _time.Advance(Minute);

        Assert.That(await GetAsync(rejected), Is.SameAs(replacement));
        Assert.That(_source.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Concurrent_rejections_of_the_same_token_cause_one_call()
    {
        var rejected = await GetAsync();
        _time.Advance(Minute);

        var replacements = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => GetAsync(rejected))));

        Assert.That(replacements.Select(token => token.Password), Is.All.EqualTo("password-2"));
        Assert.That(_source.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_rejected_token_younger_than_a_minute_is_not_replaced()
    {
        var rejected = await GetAsync();
        _time.Advance(Minute - Tick);

        Assert.That(await GetAsync(rejected), Is.SameAs(rejected));
        Assert.That(_source.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task While_AWS_is_unreachable_a_rejected_token_is_returned_again_and_retries_back_off()
    {
        var rejected = await GetAsync();
        _time.Advance(Minute);
        _isAwsReachable = false;

        var tokens = new[] { await GetAsync(rejected), await GetAsync(rejected), await GetAsync(rejected) };

        Assert.That(tokens, Is.All.SameAs(rejected));
        Assert.That(_source.Requests, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task After_a_failed_attempt_a_rejected_token_is_replaced_when_the_next_refresh_is_due()
    {
        var rejected = await GetAsync();
        _time.Advance(Minute);
        _isAwsReachable = false;
        await GetAsync(rejected);
        _isAwsReachable = true;
        _time.Advance(TimeSpan.FromSeconds(15));

        Assert.That((await GetAsync(rejected)).Password, Is.EqualTo("password-3"));
    }

    private async Task<EcrToken> GetAsync(EcrToken? rejected = null)
    {
        var registry = EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
        return await _cache.GetTokenAsync(new EcrTokenRequest(registry) { RejectedToken = rejected });
    }
}
