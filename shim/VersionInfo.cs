using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim;

/// <summary>What the executable says about itself.</summary>
internal static class VersionInfo
{
    /// <summary>The output of <c>--version</c>: what a bug report must say.</summary>
    public static string Lines
    {
        get
        {
            var (version, commit) = Read();
            return $"""
                ecr-credential-provider {version}
                commit {commit}
                {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}
                {(StaticOpenSsl.IsPresent ? $"OpenSSL {StaticOpenSsl.Version} (static)" : "system TLS library")}
                """;
        }
    }

    /// <summary>The output of <c>docker-credential-ecr-login -v</c>, in the form that scripts take apart.</summary>
    public static string HelperLines
    {
        get
        {
            var (version, commit) = Read();
            return $"""
                ecr-credential-provider
                Version:    {version}
                Git commit: {commit}
                """;
        }
    }

    // The .NET SDK joins version and commit with a plus sign, and knows the commit only in a clone.
    private static (string Version, string Commit) Read()
    {
        var parts = typeof(VersionInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', 2);
        return (parts[0], parts.Length == 2 ? parts[1] : "unknown");
    }
}
