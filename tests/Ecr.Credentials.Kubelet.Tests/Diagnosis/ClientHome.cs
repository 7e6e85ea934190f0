using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis;

namespace Ecr.Credentials.Kubelet.Tests.Diagnosis;

/// <summary>The home directory of a user whose clients pull, until a test breaks it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ClientHome : IDisposable
{
    public const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ecr-client-");

    public ClientHome()
    {
        Options = new DoctorOptions { Image = $"{Host}/app:1", Handler = Registry, IsThisNode = true };
        Variables = new Dictionary<string, string>
        {
            ["HOME"] = _directory.FullName,
            ["PATH"] = Path("bin"),
            ["XDG_RUNTIME_DIR"] = Path("run"),
            ["CONTAINERS_REGISTRIES_CONF"] = Path("registries.conf"),
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        Write(Docker, $$"""{ "credHelpers": { "{{Host}}": "ecr-login" } }""");
        Script("read host; echo '{\"ServerURL\":\"x\",\"Username\":\"AWS\",\"Secret\":\"the-password\"}'");
    }

    public DoctorNode.RegistryAnswers Registry { get; } = new();

    public DoctorOptions Options { get; }

    public Dictionary<string, string> Variables { get; }

    public string Docker => Path(".docker/config.json");

    public string Podman => Path("run/containers/auth.json");

    public string Helper => Path("bin/docker-credential-ecr-login");

    public string Path(string path) => System.IO.Path.Combine(_directory.FullName, path);

    public void Write(string path, string text)
    {
        var file = Path(path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public void Script(string body) => WriteProgram(Helper, body);

    /// <summary>A client, which is only looked for.</summary>
    public void Install(string client) => WriteProgram(Path($"bin/{client}"), "exit 1");

    public Task<DiagnosisReport> RunAsync()
    {
        Options.Clients = Variables;
        return Doctor.RunAsync(Options);
    }

    public void Dispose()
    {
        Registry.Dispose();
        _directory.Delete(recursive: true);
    }

    private void WriteProgram(string path, string body)
    {
        Write(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
