namespace Ecr.Emulator;

/// <summary>The point at which a <see cref="SilentServer"/> hangs.</summary>
public enum HangPoint
{
    /// <summary>Connecting never completes, as if a firewall dropped the packets. Linux only; other systems refuse such connections.</summary>
    BeforeConnection,

    /// <summary>The connection is established, but the server sends nothing: no response, no TLS hello.</summary>
    BeforeAnswer,

    /// <summary>The server sends the headers and the start of the body of an HTTP response and keeps the connection open.</summary>
    WithinAnswer,
}
