using System.Security.Cryptography;
using System.Text;

namespace Ecr.Credentials.Shim.Tests.Clients;

/// <summary>
/// An empty image in OCI image layout, <see href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md"/>.
/// </summary>
internal static class TinyImage
{
    private const string Types = "application/vnd.oci.image";

    public static void Write(string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");

        // Two zero blocks form an empty tar archive.
        var layer = Put(directory, new byte[1024], "layer.v1.tar");
        var layerDigest = layer.Digest;
        var config = Put(
            directory,
            Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{{layerDigest}}}"]}}"""),
            "config.v1+json");
        var manifest = Put(
            directory,
            Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"mediaType":"{{Types}}.manifest.v1+json","config":{{config.Descriptor}},"layers":[{{layer.Descriptor}}]}"""),
            "manifest.v1+json");
        File.WriteAllText(Path.Combine(directory, "index.json"), $$"""{"schemaVersion":2,"manifests":[{{manifest.Descriptor}}]}""");
    }

    private static (string Digest, string Descriptor) Put(string directory, byte[] content, string type)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllBytes(Path.Combine(directory, "blobs", "sha256", hash), content);
        return ($"sha256:{hash}", $$"""{"mediaType":"{{Types}}.{{type}}","digest":"sha256:{{hash}}","size":{{content.Length}}}""");
    }
}
