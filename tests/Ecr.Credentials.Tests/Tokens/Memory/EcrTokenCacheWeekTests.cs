using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Memory;

/// <summary>A long time with failures, a clock that is wrong, and callers now and then.</summary>
public sealed class EcrTokenCacheWeekTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Life = TimeSpan.FromHours(12);
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
    public async Task Over_a_week_no_token_is_given_out_that_AWS_has_let_expire(int seed, int minutesThatAwsIsAhead, double failureRate)
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
                var token = new EcrToken("AWS", "secret", now.AddMinutes(minutesThatAwsIsAhead) + Life);
                expiries.Add(token, now + Life);
                return Task.FromResult(token);
            }),
            new EcrTokenCacheOptions { TimeProvider = time });

        var served = 0;
        while (time.GetUtcNow() < Start.AddDays(7))
        {
            // Mostly minutes, now and then a quiet night.
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

        // By this machine's clock a token lives for so long.
        var life = Life + TimeSpan.FromMinutes(Math.Min(0, minutesThatAwsIsAhead));
        Assert.That(issued, Is.AtMost((TimeSpan.FromDays(7) / (life / 2)) + 1));
        Assert.That(served, Is.GreaterThan(500));
    }

    [Test]
    public async Task An_outage_of_five_hours_is_noticed_by_no_caller_and_costs_few_calls()
    {
        var time = new FakeTimeProvider(Start);
        var calls = 0;
        using var cache = new EcrTokenCache(
            new FakeTokenSource((_, _) => ++calls == 1
                ? Task.FromResult(new EcrToken("AWS", "secret", Start + Life))
                : throw new EcrCredentialException(EcrCredentialErrorReason.Unreachable, "cannot reach it. Check the network.")),
            new EcrTokenCacheOptions { TimeProvider = time });
        var token = await cache.GetTokenAsync(Request);

        time.Advance(Life / 2);
        for (var second = 0; second < 5 * 3600; second++)
        {
            Assert.That(await cache.GetTokenAsync(Request), Is.SameAs(token));
            await cache.WhenIdleAsync();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        // Seven attempts until they are a quarter of an hour apart, less a random half; then at most one in seven and a half minutes.
        Assert.That(calls, Is.InRange(5 * 4, 7 + (5 * 8) + 1));
    }
}
