namespace Ecr.Credentials.Aws.Http;

/// <summary>Tokens that are sent in a header as they are.</summary>
internal static class HttpHeaderValue
{
    // HttpClient checks nothing of such a header: it sends a line break, and what follows becomes a header of its own.
    public static bool IsValid(ReadOnlySpan<char> token) => !token.IsEmpty && !token.ContainsAnyExceptInRange(' ', '~');
}
