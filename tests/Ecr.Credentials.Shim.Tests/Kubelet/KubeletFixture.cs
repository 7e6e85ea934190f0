using System.Text.Json.Nodes;

namespace Ecr.Credentials.Shim.Tests.Kubelet;

/// <summary>A kubelet's configuration and plugins in <see cref="ShimFixture.Home"/>.</summary>
public abstract class KubeletFixture : ShimFixture
{
    protected string Bin => Path.Combine(Home, "bin");

    /// <summary>A script that prints a response, which is cached for the registry.</summary>
    protected static string Answer(params (string Key, string Username, string Password)[] auth)
    {
        var response = new JsonObject
        {
            ["kind"] = "CredentialProviderResponse",
            ["apiVersion"] = "credentialprovider.kubelet.k8s.io/v1",
            ["cacheKeyType"] = "Registry",
            ["cacheDuration"] = "6h",
            ["auth"] = new JsonObject(auth.Select(entry => KeyValuePair.Create(
                entry.Key, (JsonNode?)new JsonObject { ["username"] = entry.Username, ["password"] = entry.Password }))),
        };
        return $"echo '{response.ToJsonString()}'";
    }

    protected static string Provider(string name, string pattern = "*.dkr.ecr.*.amazonaws.com", string more = "") =>
        $"""
        - name: {name}
          matchImages: ["{pattern}"]
          defaultCacheDuration: 12h
          apiVersion: credentialprovider.kubelet.k8s.io/v1
        {more}
        """;

    protected string WriteConfig(params string[] providers) => WriteFile(
        "config.yaml", $"apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n{string.Join('\n', providers)}\n");

    /// <summary>Adds the executable itself as a plugin.</summary>
    protected void AddPlugin(string name)
    {
        Directory.CreateDirectory(Bin);
        File.CreateSymbolicLink(Path.Combine(Bin, name), Path.GetFullPath(ShimProgram.Path));
    }

    /// <summary>
    /// Adds a shell script as a plugin. Another process makes the file: one that this process has open for writing could not be executed while another
    /// test starts a program.
    /// </summary>
    protected async Task AddPluginAsync(string name, string script)
    {
        Directory.CreateDirectory(Bin);
        var source = WriteFile($"{name}.txt", $"#!/bin/sh\n{script}\n");
        var result = await PluginProcess.RunAsync(
            "/bin/sh",
            ["-c", "cp \"$1\" \"$2\" && chmod 755 \"$2\"", "sh", source, Path.Combine(Bin, name)],
            Complete(new Dictionary<string, string>()),
            default);
        Assert.That(result.ExitCode, Is.Zero, result.StandardError);
    }

    protected Task<ShimResult> GetAsync(string image, params string[] options) =>
        RunAsync("", ["kubelet", "get", image, "--config", Path.Combine(Home, "config.yaml"), "--bin-dir", Bin, .. options]);
}
