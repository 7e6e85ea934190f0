using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>Simulates a week with failures, a wrong clock and irregular requests.</summary>
public sealed class EcrTokenCacheWeekTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);
    private static readonly EcrTokenRequest Request = new(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));

    [TestCase(1, 0, 0.0)]
    [TestCase(2, 0, 0.3)]
    [TestCase(3, 4, 0.3)]
    [TestCase(4, 120, 0.3)]
    [TestCase(5, 600, 0.5)]
    [TestCase(6, -4, 0.3)]
    [TestCase(7, -120, 0.3)]
    [TestCase(8, -600, 0.5)]
    [TestCase(9, 0, 0.95)]
    public async Task No_expired_token_is_returned_over_a_week(int seed, int minutesThatAwsIsAhead, double failureRate)
    {
        var random = new Random(seed);
        var time = new FakeTimeProvider(Start);
        var expiries = new Dictionary<EcrToken, DateTimeOffset>();
        var issued = 0;
        using var cache = new EcrTokenCache(
            new FakeTokenSource((_, _) =>
            {
                if (random.NextDouble() < failureRate)
                {
                    throw new EcrCredentialException(EcrCredentialErrorReason.ServiceError, "The service failed. Try again later.");
                }

                issued++;
                var now = time.GetUtcNow();
                var token = new EcrToken("AWS", "secret", now.AddMinutes(minutesThatAwsIsAhead) + Lifetime);
                expiries.Add(token, now + Lifetime);
                return Task.FromResult(token);
            }),
            timeProvider: time);

        var served = 0;
        while (time.GetUtcNow() < Start.AddDays(7))
        {
            // Mostly minutes, sometimes a quiet night.
            time.Advance(random.Next(200) == 0 ? TimeSpan.FromHours(random.NextDouble() * 14) : TimeSpan.FromMinutes(random.NextDouble() * 10));
            try
            {
                var token = await cache.GetTokenAsync(Request);
                Assert.That(time.GetUtcNow(), Is.LessThan(expiries[token]));
                served++;
            }
            catch (EcrCredentialException e)
            {
                Assert.That(e.Reason, Is.EqualTo(EcrCredentialErrorReason.ServiceError));
            }

            await cache.WhenIdleAsync();
        }

        // The lifetime of a token by the local clock.
        var lifetime = Lifetime + TimeSpan.FromMinutes(Math.Min(0, minutesThatAwsIsAhead));
        Assert.That(issued, Is.AtMost((TimeSpan.FromDays(7) / (lifetime / 2)) + 1));
        Assert.That(served, Is.GreaterThan(500));
    }

    [Test]
    public async Task Callers_do_not_notice_an_outage_of_five_hours_which_causes_few_calls()
    {
        var time = new FakeTimeProvider(Start);
        var calls = 0;
        using var cache = new EcrTokenCache(
            new FakeTokenSource((_, _) => ++calls == 1
                ? Task.FromResult(new EcrToken("AWS", "secret", Start + Lifetime))
                : throw new EcrCredentialException(EcrCredentialErrorReason.Unreachable, "Cannot reach it. Check the network.")),
            timeProvider: time);
        var token = await cache.GetTokenAsync(Request);

        time.Advance(Lifetime / 2);
        for (var second = 0; second < 5 * 3600; second++)
        {
            Assert.That(await cache.GetTokenAsync(Request), Is.SameAs(token));
            await cache.WhenIdleAsync();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        // Seven attempts until the delay reaches 15 minutes, minus up to one half; after that at most one per 7.5 minutes.
        Assert.That(calls, Is.InRange(5 * 4, 7 + (5 * 8) + 1));
    }
}
