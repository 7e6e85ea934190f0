namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>The required part of Go's <c>net</c>.</summary>
internal static class GoNet
{
    /// <summary>https://pkg.go.dev/net#SplitHostPort.</summary>
    public static bool TrySplitHostPort(string hostAndPort, out string host, out string port)
    {
        (host, port) = ("", "");
        var lastColon = hostAndPort.LastIndexOf(':');
        if (lastColon < 0)
        {
            return false;
        }

        var bracketsAllowedUpTo = 0;
        string candidate;
        if (hostAndPort[0] == '[')
        {
            var end = hostAndPort.IndexOf(']', StringComparison.Ordinal);
            if (end + 1 != lastColon)
            {
                return false;
            }

            candidate = hostAndPort[1..end];
            bracketsAllowedUpTo = end + 1;
        }
        else
        {
            candidate = hostAndPort[..lastColon];
            if (candidate.Contains(':', StringComparison.Ordinal))
            {
                return false;
            }
        }

        if (candidate.Contains('[', StringComparison.Ordinal) || hostAndPort.AsSpan(bracketsAllowedUpTo).ContainsAny('[', ']'))
        {
            return false;
        }

        (host, port) = (candidate, hostAndPort[(lastColon + 1)..]);
        return true;
    }
}
