using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Benchmarks.Kubelet;

/// <summary>A bin directory with one plugin, a shell script that answers at once.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PluginFolder : IDisposable
{
    private const string Name = "plugin";
    private const string Script =
        """
        #!/bin/sh
        read -r request
        printf '{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Registry","cacheDuration":"12h","auth":{"*.dkr.ecr.*.amazonaws.com":{"username":"AWS","password":"secret"}}}'
        """;

    public PluginFolder()
    {
        var file = System.IO.Path.Combine(Path, Name);
        File.WriteAllText(file, Script);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static CredentialProvider Provider => new()
    {
        Name = Name,
        MatchImages = ["*.dkr.ecr.*.amazonaws.com", "*.dkr.ecr.*.amazonaws.com.cn", "public.ecr.aws"],
        DefaultCacheDuration = TimeSpan.FromHours(12),
        ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
    };

    public string Path { get; } = Directory.CreateTempSubdirectory("plugins-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
