using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Plugins.Processes;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

[Platform("Linux")]
public sealed class PluginProcessTests
{
    // Otherwise a process that ends right after it canceled would leave the plugin behind.
    [Test]
    public async Task Nothing_is_started_once_it_is_canceled()
    {
        var directory = Directory.CreateTempSubdirectory("ecr-kubelet-tests-");
        var started = Path.Combine(directory.FullName, "started");
        var provider = new CredentialProvider { Name = "sh", Arguments = ["-c", $": >{started}"] };
        Assert.That(PluginCommand.TryCreate(provider, "/bin", new Dictionary<string, string>(), out var command, out _), Is.True);

        for (var i = 0; i < 50; i++)
        {
            var exit = await PluginProcess.RunAsync(command!, default, new CancellationToken(canceled: true));

            Assert.That(exit.Fault, Is.EqualTo("signal: killed"));
        }

        Assert.That(File.Exists(started), Is.False);
        directory.Delete(recursive: true);
    }
}
