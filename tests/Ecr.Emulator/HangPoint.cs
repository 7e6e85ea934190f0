namespace Ecr.Emulator;

/// <summary>Where a <see cref="SilentServer"/> falls silent.</summary>
public enum HangPoint
{
    /// <summary>Connecting never completes, as if a firewall dropped the packets. Linux only: other systems refuse such connections.</summary>
    BeforeConnection,

    /// <summary>Connecting completes, and nothing is ever said: no answer, no TLS hello.</summary>
    BeforeAnswer,

    /// <summary>The head and the begin of the body of an HTTP answer arrive, and the connection stays open.</summary>
    WithinAnswer,
}
