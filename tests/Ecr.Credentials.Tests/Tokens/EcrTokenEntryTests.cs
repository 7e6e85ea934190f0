using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Tokens;

public sealed class EcrTokenEntryTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // All in minutes from when the token was asked for.
    [TestCase(720, 5, 360, 715, 720)]
    [TestCase(720, 0, 360, 720, 720)]
    [TestCase(60, 5, 30, 55, 60)]
    [TestCase(10, 5, 5, 5, 10)]
    [TestCase(4, 5, 2, 2, 4, TestName = "The margin is half of the life at most")]
    [TestCase(840, 5, 360, 715, 720, TestName = "No token lives for longer than 12 hours, whatever a clock ahead of this one says")]
    [TestCase(1_000_000, 5, 360, 715, 720, TestName = "A clock that was never set does not make a token immortal")]
    public void An_entry_is_renewed_from_half_of_its_life_and_waited_for_in_its_last_minutes(
        int life, int margin, int refreshAt, int waitFrom, int expiresAt)
    {
        var entry = Entry(TimeSpan.FromMinutes(life), TimeSpan.FromMinutes(margin));

        Assert.That(entry.RefreshAt, Is.EqualTo(Now.AddMinutes(refreshAt)));
        Assert.That(entry.WaitFrom, Is.EqualTo(Now.AddMinutes(waitFrom)));
        Assert.That(entry.ExpiresAt, Is.EqualTo(Now.AddMinutes(expiresAt)));
    }

    [TestCase(1, 15)]
    [TestCase(2, 30)]
    [TestCase(3, 60)]
    [TestCase(6, 480)]
    [TestCase(7, 900)]
    [TestCase(100, 900)]
    [TestCase(2000, 900)]
    public void After_each_failure_the_next_attempt_waits_twice_as_long_less_a_random_part_up_to_a_quarter_of_an_hour(int failures, int longest)
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

        Assert.That(delays, Is.All.InRange(longest / 2.0, longest));
        Assert.That(delays.Distinct().Count(), Is.GreaterThan(10));
    }

    [Test]
    public void The_next_attempt_is_not_later_than_the_time_from_which_callers_wait()
    {
        var entry = Entry(TimeSpan.FromHours(12), TimeSpan.FromMinutes(5));

        var later = entry.AfterFailedRefresh(entry.WaitFrom.AddSeconds(-1));

        Assert.That((later.RefreshAt, later.WaitFrom, later.ExpiresAt), Is.EqualTo((entry.WaitFrom, entry.WaitFrom, entry.ExpiresAt)));
        Assert.That(later.Token, Is.SameAs(entry.Token));
    }

    private static EcrTokenEntry Entry(TimeSpan life, TimeSpan margin) => new(new EcrToken("AWS", "secret", Now + life), Now, margin);
}
