using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Shim;

/// <summary>What a process does before its first call of AWS.</summary>
internal static class AwsRuntime
{
    /// <returns>Decides which servers are trusted; .NET if <see langword="null"/>.</returns>
    public static LazyTrustStore? Prepare()
    {
        var trustStore = StaticOpenSsl.InstallTrustStore();
        ClientSideMonitoring.Disable();
        EnsureHome();
        UseUtc();
        return trustStore;
    }

    // Nothing here has a local time, but the AWS SDK looks for it: .NET would read whatever file TZ names, and every file in TZDIR. It looks only once.
    private static void UseUtc()
    {
        var zone = Environment.GetEnvironmentVariable("TZ");
        Environment.SetEnvironmentVariable("TZ", "");
        _ = TimeZoneInfo.Local;
        Environment.SetEnvironmentVariable("TZ", zone);
    }

    // Without a home directory .NET finds no place for its own stores and trusts no server. Services often have no HOME.
    private static void EnsureHome()
    {
        if (!Path.IsPathFullyQualified(Environment.GetEnvironmentVariable("HOME") ?? ""))
        {
            Environment.SetEnvironmentVariable("HOME", null);
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
            Environment.SetEnvironmentVariable("HOME", home);
        }
    }
}
