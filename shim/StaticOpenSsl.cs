using System.Diagnostics.CodeAnalysis;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Ecr.Credentials.Shim;

/// <summary>The OpenSSL that is statically linked into the executable, so that the system's is not loaded.</summary>
internal static class StaticOpenSsl
{
    private const string Switch = "Ecr.Credentials.Shim.StaticOpenSsl";

    /// <summary>Whether OpenSSL is statically linked. Fixed at build time: the project sets the switch from <c>StaticOpenSslLinking</c>.</summary>
    [FeatureSwitchDefinition(Switch)]
    [UnsupportedOSPlatformGuard("windows")]
    public static bool IsPresent => AppContext.TryGetSwitch(Switch, out var isPresent) && isPresent;

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
