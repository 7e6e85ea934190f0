using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim;

/// <summary>What <c>--version</c> prints: all that somebody who reports or investigates a fault must know of the executable.</summary>
internal static class VersionInfo
{
    public static string Lines
    {
        get
        {
            // The SDK joins version and commit with a plus sign, and knows the commit only in a clone.
            var version = typeof(VersionInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', 2);
            return $"""
                ecr-credential-provider {version[0]}
                commit {(version.Length == 2 ? version[1] : "unknown")}
                {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}
                {(StaticOpenSsl.IsPresent ? $"OpenSSL {StaticOpenSsl.Version}, linked in" : "TLS library of the system")}
                """;
        }
    }
}
