namespace Ecr.Credentials.Aws.Http;

/// <summary>Values that are sent in a header unchanged.</summary>
internal static class HttpHeaderValue
{
    // HttpClient does not validate such a header: text after a line break would become a header of its own.
    public static bool IsValid(ReadOnlySpan<char> value) => !value.IsEmpty && !value.ContainsAnyExceptInRange(' ', '~');
}
