namespace Ecr.Emulator;

internal enum FaultKind
{
    Throttling,
    EmptyAnswer,
    ThrottleException,
    ServerError,
    ServiceUnavailable,
    Slow,
    Reset,
    Malformed,
    Truncated,
    NoAuthorizationData,
    EmptyAuthorizationData,
    TokenNotBase64,
    TokenWithoutColon,
    ExpiredToken,
    ExpiredCredentials,
    AccessDenied,
    SkewedClock,
    SignatureExpired,
    SignatureNotYetCurrent,
    IdpCommunicationError,
    RegionDisabled,
}
