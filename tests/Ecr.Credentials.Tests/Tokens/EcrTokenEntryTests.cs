using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Tokens;

public sealed class EcrTokenEntryTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // All in minutes from the time of the request.
    [TestCase(720, 5, 360, 715, 720)]
    [TestCase(720, 0, 360, 720, 720)]
    [TestCase(60, 5, 30, 55, 60)]
    [TestCase(10, 5, 5, 5, 10)]
    [TestCase(4, 5, 2, 2, 4, TestName = "The margin is limited to half of the lifetime")]
    [TestCase(840, 5, 360, 715, 720, TestName = "The lifetime is limited to 12 hours if the clock of AWS is ahead")]
    [TestCase(1_000_000, 5, 360, 715, 720, TestName = "The lifetime is limited to 12 hours if the local clock was never set")]
    public void An_entry_is_refreshed_after_half_of_its_lifetime_and_stale_in_its_last_minutes(
        int lifetime, int margin, int refreshAt, int staleAt, int expiresAt)
    {
        var entry = Entry(TimeSpan.FromMinutes(lifetime), TimeSpan.FromMinutes(margin));

        Assert.That(entry.RefreshAt, Is.EqualTo(Now.AddMinutes(refreshAt)));
        Assert.That(entry.StaleAt, Is.EqualTo(Now.AddMinutes(staleAt)));
        Assert.That(entry.ExpiresAt, Is.EqualTo(Now.AddMinutes(expiresAt)));
    }

    [TestCase(1, 15)]
    [TestCase(2, 30)]
    [TestCase(3, 60)]
    [TestCase(6, 480)]
    [TestCase(7, 900)]
    [TestCase(100, 900)]
    [TestCase(2000, 900)]
    public void The_retry_delay_doubles_with_each_failure_up_to_15_minutes_with_jitter_of_one_half(int failures, int maxDelay)
    {
        var delays = Enumerable.Range(0, 100).Select(_ =>
        {
            var entry = Entry(TimeSpan.FromHours(12), TimeSpan.Zero);
            for (var failure = 0; failure < failures; failure++)
            {
                entry = entry.AfterFailedRefresh(Now);
            }

            return (entry.RefreshAt - Now).TotalSeconds;
        }).ToArray();

        Assert.That(delays, Is.All.InRange(maxDelay / 2.0, maxDelay));
        Assert.That(delays.Distinct().Count(), Is.GreaterThan(10));
    }

    [Test]
    public void The_next_attempt_is_never_later_than_StaleAt()
    {
        var entry = Entry(TimeSpan.FromHours(12), TimeSpan.FromMinutes(5));

        var later = entry.AfterFailedRefresh(entry.StaleAt.AddSeconds(-1));

        Assert.That((later.RefreshAt, later.StaleAt, later.ExpiresAt), Is.EqualTo((entry.StaleAt, entry.StaleAt, entry.ExpiresAt)));
        Assert.That(later.Token, Is.SameAs(entry.Token));
    }

    private static EcrTokenEntry Entry(TimeSpan lifetime, TimeSpan margin) => new(new EcrToken("AWS", "secret", Now + lifetime), Now, margin);
}
