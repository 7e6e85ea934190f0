using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Ecr.Credentials.Aws.Trust;

namespace Ecr.Credentials.Shim;

/// <summary>The OpenSSL that is part of the executable, so that none of the system's is loaded.</summary>
internal static class StaticOpenSsl
{
    private const string Switch = "Ecr.Credentials.Shim.StaticOpenSsl";

    /// <summary>Decided when the executable is built: the project sets the switch where <c>StaticOpenSslLinking</c> is true.</summary>
    [FeatureSwitchDefinition(Switch)]
    [UnsupportedOSPlatformGuard("windows")]
    public static bool IsPresent => AppContext.TryGetSwitch(Switch, out var isPresent) && isPresent;

    /// <summary>Makes the system's certificates decide which servers are trusted, and nothing of the user's.</summary>
    /// <remarks>Must be called before a second thread reads the environment.</remarks>
    /// <returns>What decides in place of .NET; <see langword="null"/> for .NET.</returns>
    public static LazyTrustStore? InstallTrustStore()
    {
        SystemTrustStore.HideUserStores();
        return IsPresent ? SystemTrustStore.Install() : null;
    }

    /// <summary>The version that OpenSSL reports, such as 3.0.22.</summary>
    [UnsupportedOSPlatform("windows")]
    public static string Version
    {
        get
        {
            // https://docs.openssl.org/3.0/man3/OpenSSL_version/: 0xMNN00PP0
            var number = SafeEvpPKeyHandle.OpenSslVersion;
            return $"{number >> 28}.{(number >> 20) & 0xff}.{(number >> 4) & 0xff}";
        }
    }
}
