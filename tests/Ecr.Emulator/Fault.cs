namespace Ecr.Emulator;

/// <summary>A fault that the emulator injects.</summary>
public sealed class Fault
{
    private Fault(FaultKind kind) => Kind = kind;

    /// <summary>400 ThrottlingException.</summary>
    public static Fault Throttling { get; } = new(FaultKind.Throttling);

    /// <summary>429 without a body.</summary>
    public static Fault TooManyRequests { get; } = Status(429);

    /// <summary>429 ThrottleException.</summary>
    public static Fault ThrottleException { get; } = new(FaultKind.ThrottleException);

    /// <summary>500 ServerException.</summary>
    public static Fault ServerError { get; } = new(FaultKind.ServerError);

    /// <summary>503 with an HTML page, like a load balancer's response.</summary>
    public static Fault ServiceUnavailable { get; } = new(FaultKind.ServiceUnavailable);

    /// <summary>The correct response, delayed until <see cref="FaultPlan.Release"/>.</summary>
    public static Fault Slow { get; } = new(FaultKind.Slow);

    /// <summary>The connection is reset without a response.</summary>
    public static Fault Reset { get; } = new(FaultKind.Reset);

    /// <summary>200 with a body that is neither JSON nor XML.</summary>
    public static Fault Malformed { get; } = new(FaultKind.Malformed);

    /// <summary>The correct response, truncated after its first half.</summary>
    public static Fault Truncated { get; } = new(FaultKind.Truncated);

    /// <summary>200 <c>{}</c>: ECR answers without authorization data.</summary>
    public static Fault NoAuthorizationData { get; } = new(FaultKind.NoAuthorizationData);

    /// <summary>200 <c>{"authorizationData":[]}</c>; for ECR Public an empty object instead of the array.</summary>
    public static Fault EmptyAuthorizationData { get; } = new(FaultKind.EmptyAuthorizationData);

    /// <summary>ECR's token is not base64.</summary>
    public static Fault TokenNotBase64 { get; } = new(FaultKind.TokenNotBase64);

    /// <summary>ECR's token is base64 of text without a colon.</summary>
    public static Fault TokenWithoutColon { get; } = new(FaultKind.TokenWithoutColon);

    /// <summary>ECR's token expired an hour ago.</summary>
    public static Fault ExpiredToken { get; } = new(FaultKind.ExpiredToken);

    /// <summary>400 ExpiredTokenException: the caller's session has expired.</summary>
    public static Fault ExpiredCredentials { get; } = new(FaultKind.ExpiredCredentials);

    /// <summary>400 AccessDeniedException: no policy allows the call.</summary>
    public static Fault AccessDenied { get; } = new(FaultKind.AccessDenied);

    /// <summary>The emulator's clock, and with it the Date header, is an hour ahead.</summary>
    public static Fault SkewedClock { get; } = new(FaultKind.SkewedClock);

    /// <summary>The service rejects the signature as an hour too old, but its Date header matches the client's clock: the client cannot correct it.</summary>
    public static Fault SignatureExpired { get; } = new(FaultKind.SignatureExpired);

    /// <summary>The service rejects the signature as an hour too new, but its Date header matches the client's clock: the client cannot correct it.</summary>
    public static Fault SignatureNotYetCurrent { get; } = new(FaultKind.SignatureNotYetCurrent);

    /// <summary>400 IDPCommunicationError: STS cannot reach the issuer of the web identity token.</summary>
    public static Fault IdpCommunicationError { get; } = new(FaultKind.IdpCommunicationError);

    /// <summary>403 RegionDisabledException: the account has not activated STS in the region.</summary>
    public static Fault RegionDisabled { get; } = new(FaultKind.RegionDisabled);

    internal FaultKind Kind { get; }

    internal TimeSpan? Delay { get; private init; }

    internal int StatusCode { get; private init; }

    /// <summary>The correct response, delayed by <paramref name="delay"/> on the emulator's clock.</summary>
    public static Fault SlowBy(TimeSpan delay) => new(FaultKind.Slow) { Delay = delay };

    /// <summary>This status without a body: a metadata service that denies access (403), does not support version 2 (404, 405) or fails (5xx).</summary>
    public static Fault Status(int statusCode) => new(FaultKind.EmptyAnswer) { StatusCode = statusCode };

    public override string ToString() => Kind.ToString();

    internal bool AppliesTo(AwsService service) => Kind switch
    {
        FaultKind.NoAuthorizationData or FaultKind.EmptyAuthorizationData or FaultKind.TokenNotBase64 or FaultKind.TokenWithoutColon
            or FaultKind.ExpiredToken => service is AwsService.Ecr or AwsService.EcrPublic,
        FaultKind.IdpCommunicationError or FaultKind.RegionDisabled => service is AwsService.Sts,
        FaultKind.AccessDenied or FaultKind.ExpiredCredentials or FaultKind.SignatureExpired or FaultKind.SignatureNotYetCurrent =>
            service is AwsService.Ecr or AwsService.EcrPublic or AwsService.Sts,
        _ => true,
    };
}
