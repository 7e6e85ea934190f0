namespace Ecr.Credentials.Kubelet.Tests.Configuration;

/// <summary>An empty directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ecr-config-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
