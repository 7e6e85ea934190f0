using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Shim;

/// <summary>The OpenSSL that is part of the executable, so that none of the system's is loaded.</summary>
internal static class LinkedOpenSsl
{
    private const string Switch = "Ecr.Credentials.Shim.LinkedOpenSsl";

    /// <summary>Decided when the executable is built: the project sets the switch where <c>StaticOpenSslLinking</c> is true.</summary>
    [FeatureSwitchDefinition(Switch)]
    public static bool IsPresent => AppContext.TryGetSwitch(Switch, out var isPresent) && isPresent;
}
