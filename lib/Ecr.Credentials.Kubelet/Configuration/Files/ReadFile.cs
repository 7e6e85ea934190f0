namespace Ecr.Credentials.Kubelet.Configuration.Files;

/// <summary>A file that was read, or why it was not.</summary>
/// <param name="Path">The path.</param>
/// <param name="Content">The content; null if it was not read.</param>
/// <param name="Error">The reason as the kubelet words it; empty if it was read.</param>
internal sealed record ReadFile(string Path, byte[]? Content, string Error);
