using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim;

/// <summary>The output of <c>--version</c>: what a bug report must say about the executable.</summary>
internal static class VersionInfo
{
    public static string Lines
    {
        get
        {
            // The .NET SDK joins version and commit with a plus sign, and knows the commit only in a clone.
            var version = typeof(VersionInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', 2);
            return $"""
                ecr-credential-provider {version[0]}
                commit {(version.Length == 2 ? version[1] : "unknown")}
                {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}
                {(StaticOpenSsl.IsPresent ? $"OpenSSL {StaticOpenSsl.Version} (static)" : "system TLS library")}
                """;
        }
    }
}
