using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Kubelet.Plugins.Processes;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

[Platform("Linux")]
public sealed class PluginCommandTests
{
    [TestCase("/opt/bin", "p", "/opt/bin/p")]
    [TestCase("/opt//bin/", "p", "/opt/bin/p")]
    [TestCase("bin/../x/.", "p", "x/p")]
    [TestCase("../x", "p", "../x/p")]
    [TestCase("/..", "p", "/p")]
    [TestCase("/", "", "/")]
    [TestCase("a/..", "", ".")]
    public void Directory_and_name_are_joined_as_Go_joins_them(string directory, string name, string path) =>
        Assert.That(GoPath.Join(directory, name), Is.EqualTo(path));

    [TestCase(".", "/usr/bin:/bin", "sh", "/usr/bin/sh")]
    [TestCase("", "/nowhere:/bin", "sh", "/bin/sh")]
    public void Without_a_directory_the_plugin_is_searched_in_PATH(string directory, string search, string name, string path)
    {
        var isCreated = TryCreate(directory, search, name, out var command, out _);

        Assert.That(isCreated, Is.True);
        Assert.That((command!.Path, command.Name), Is.EqualTo((path, name)));
    }

    [TestCase(".", "/usr/bin:/bin", "no-such-plugin", "exec: \"no-such-plugin\": executable file not found in $PATH")]
    [TestCase(".", "", "no-such-plugin", "exec: \"no-such-plugin\": executable file not found in $PATH")]
    public void A_plugin_that_is_not_in_PATH_is_not_started(string directory, string search, string name, string fault)
    {
        Assert.That(TryCreate(directory, search, name, out _, out var actual), Is.False);
        Assert.That(actual, Is.EqualTo(fault));
    }

    [Test]
    public void The_last_of_equal_variables_wins_even_if_its_name_contains_an_equals_sign()
    {
        var provider = new CredentialProvider
        {
            Name = "p",
            Environment = [new("A", "1"), new("A", "2"), new("B=C", "3"), new("=X", "4"), new("", "5")],
        };
        var inherited = new Dictionary<string, string> { ["A"] = "0", ["B"] = "0", ["Z"] = "9" };

        Assert.That(PluginCommand.TryCreate(provider, "/bin", inherited, out var command, out _), Is.True);
        Assert.That(
            command!.Environment.Select(pair => $"{pair.Key}={pair.Value}"),
            Is.EquivalentTo(new[] { "=5", "=X=4", "A=2", "B=C=3", "Z=9" }));
    }

    [TestCase(1, "hangup")]
    [TestCase(31, "bad system call")]
    [TestCase(64, "signal 64")]
    public void Signals_have_the_names_of_Go(int number, string name) => Assert.That(LinuxNames.Signal(number), Is.EqualTo(name));

    private static bool TryCreate(string directory, string search, string name, out PluginCommand? command, out string? fault) => PluginCommand.TryCreate(
        new CredentialProvider { Name = name }, directory, new Dictionary<string, string> { ["PATH"] = search }, out command, out fault);
}
