using System.Reflection;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Tests.Packaging;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Telemetry;

public sealed class LogEventsTests
{
    private static readonly EventId[] Events =
        [.. typeof(LogEvents).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (EventId)field.GetValue(null)!)];

    [Test]
    public void Ids_and_names_are_unique()
    {
        Assert.That(Events.Select(e => e.Id), Is.Unique.And.Not.Empty);
        Assert.That(Events.Select(e => e.Name), Is.Unique);
    }

    [Test]
    public void No_other_file_defines_an_event() =>
        Assert.That(
            Repository.Sources("lib").Where(path => File.ReadAllText(path).Contains("new EventId(", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Every_event_is_logged()
    {
        var sources = string.Concat(Repository.Sources("lib").Select(File.ReadAllText));

        Assert.That(Events.Where(e => !sources.Contains($"LogEvents.{e.Name}", StringComparison.Ordinal)), Is.Empty);
    }
}
