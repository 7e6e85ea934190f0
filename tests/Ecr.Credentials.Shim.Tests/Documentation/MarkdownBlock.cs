namespace Ecr.Credentials.Shim.Tests.Documentation;

/// <summary>A fenced block.</summary>
/// <param name="Language">What follows the fence, such as <c>sh</c>.</param>
/// <param name="Text">The lines, each with its line feed.</param>
internal sealed record MarkdownBlock(string Language, string Text);
