using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Clients;

/// <summary>Debian's docker-registry under the name of an ECR registry; it requires the emulator's password.</summary>
internal sealed class RealRegistry : IAsyncDisposable
{
    private readonly Process _process;

    private RealRegistry(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>The variable with the path of the program docker-registry.</summary>
    public const string PathVariable = "DOCKER_REGISTRY";

    public static string? Program => Environment.GetEnvironmentVariable(PathVariable);

    /// <summary>The port on the loopback interface.</summary>
    public int Port { get; }

    public static async Task<RealRegistry> StartAsync(AwsEmulator emulator, string host, string directory)
    {
        var port = FindFreePort();
        var (certificate, key) = emulator.IssueCertificate(host);
        var passwords = await PluginProcess.RunAsync(
            "htpasswd", ["-nbB", "AWS", emulator.Token], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, ReadOnlyMemory<byte>.Empty);
        Assert.That(passwords.ExitCode, Is.Zero, passwords.StandardError);
        await File.WriteAllTextAsync(Path.Combine(directory, "certificate.pem"), certificate);
        await File.WriteAllTextAsync(Path.Combine(directory, "key.pem"), key);
        await File.WriteAllBytesAsync(Path.Combine(directory, "passwords"), passwords.StandardOutput);
        await File.WriteAllTextAsync(
            Path.Combine(directory, "registry.yml"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                version: 0.1
                log: { level: info }
                storage: { filesystem: { rootdirectory: {{directory}}/storage } }
                http: { addr: "127.0.0.1:{{port}}", tls: { certificate: {{directory}}/certificate.pem, key: {{directory}}/key.pem } }
                auth: { htpasswd: { realm: ecr, path: {{directory}}/passwords } }
                """));

        var start = new ProcessStartInfo(
            Program!, ["serve", Path.Combine(directory, "registry.yml")])
        { RedirectStandardError = true, RedirectStandardOutput = true };
        var registry = new RealRegistry(Process.Start(start)!, port);
        await registry.WaitUntilItListensAsync();
        emulator.Route(host, port);
        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // It logs when it is listening.
    private async Task WaitUntilItListensAsync()
    {
        var log = new StringBuilder();
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            log.AppendLine(line);
            if (line.Contains("listening on", StringComparison.Ordinal))
            {
                _ = _process.StandardError.ReadToEndAsync();
                _ = _process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        Assert.Fail($"docker-registry did not start:\n{log}");
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
