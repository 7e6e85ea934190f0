using Ecr.Credentials.Kubelet.Configuration.Documents;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>One decoded file.</summary>
/// <param name="Source">The file.</param>
/// <param name="Version">The version of the configuration API, without group.</param>
/// <param name="Root">The document.</param>
/// <param name="Providers">What it holds.</param>
internal sealed record DecodedConfig(SourceText Source, string Version, DocumentNode Root, IReadOnlyList<DecodedProvider> Providers);

/// <summary>A provider, with what messages about it need.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="CacheNanoseconds">The duration with Go's precision.</param>
/// <param name="Node">The place in the file.</param>
/// <param name="File">The file.</param>
internal sealed record DecodedProvider(CredentialProvider Provider, long? CacheNanoseconds, DocumentNode Node, SourceText File)
{
    /// <summary>Where a field is, or an item of it; the provider itself if it has no such field.</summary>
    public int PositionOf(string field, int item = -1, string? subfield = null)
    {
        var node = Find(Node, field);
        node = subfield is null || node is null ? node : Find(node, subfield) ?? node;
        return node is null ? Node.Position : item >= 0 && item < node.Items.Length ? node.Items[item].Position : node.Position;
    }

    public ConfigProblem Problem(int position, string message, string kubeletMessage) => File.Problem(position, message, kubeletMessage);

    // Field names of the internal version differ in case alone.
    private static DocumentNode? Find(DocumentNode node, string name)
    {
        foreach (var field in node.Fields)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return field.Value;
            }
        }

        return null;
    }
}
