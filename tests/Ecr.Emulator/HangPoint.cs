namespace Ecr.Emulator;

/// <summary>The point at which a <see cref="SilentServer"/> hangs.</summary>
public enum HangPoint
{
    /// <summary>Connecting never completes, as if a firewall dropped the packets. Linux only: other systems refuse such connections.</summary>
    BeforeConnection,

    /// <summary>Connecting completes, but the server sends nothing: no response, no TLS ServerHello.</summary>
    BeforeAnswer,

    /// <summary>The headers and the start of the body of an HTTP response arrive, and the connection stays open.</summary>
    WithinAnswer,
}
