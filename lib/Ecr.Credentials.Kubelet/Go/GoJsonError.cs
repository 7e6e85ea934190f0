namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Why text is not JSON.</summary>
/// <param name="Text">What Go says.</param>
/// <param name="Where">The second half of that, such as <c>after array element</c>; empty at the end of the text.</param>
/// <param name="Position">Where Go stops, as an index of bytes; the length of the text at its end.</param>
internal sealed record GoJsonError(string Text, string Where, int Position);
