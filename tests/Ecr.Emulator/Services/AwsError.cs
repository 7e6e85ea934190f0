namespace Ecr.Emulator.Services;

/// <summary>An error, with the name that AWS's JSON protocol uses.</summary>
internal sealed record AwsError(int StatusCode, string Code, string Message)
{
    public static AwsError MissingAuthenticationToken { get; } =
        new(400, "MissingAuthenticationTokenException", "Missing Authentication Token");

    public static AwsError IncompleteSignature { get; } =
        new(400, "IncompleteSignatureException",
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters and an 'X-Amz-Date' header.");

    public static AwsError UnrecognizedClient { get; } =
        new(400, "UnrecognizedClientException", "The security token included in the request is invalid.");

    public static AwsError ExpiredToken { get; } =
        new(400, "ExpiredTokenException", "The security token included in the request is expired");

    public static AwsError Throttling { get; } = new(400, "ThrottlingException", "Rate exceeded");

    public static AwsError ThrottleException { get; } = new(429, "ThrottleException", "Rate exceeded");

    public static AwsError ServerError { get; } = new(500, "ServerException", "The service failed to process the request.");

    public static AwsError IdpCommunicationError { get; } =
        new(400, "IDPCommunicationError", "The identity provider that was asked to verify the incoming identity token could not be reached.");

    public static AwsError RegionDisabled(string accountId) => new(
        403,
        "RegionDisabledException",
        $"STS is not activated in this region for account:{accountId}. Your account administrator can activate STS in this region using the IAM Console.");

    public static AwsError InvalidSignature(string message) => new(400, "InvalidSignatureException", message);

    public static AwsError InvalidParameter(string message) => new(400, "InvalidParameterException", message);

    /// <param name="principal">ARN of the caller.</param>
    /// <param name="action">For example <c>ecr:GetAuthorizationToken</c>.</param>
    public static AwsError AccessDenied(string principal, string action) => new(
        400,
        "AccessDeniedException",
        $"User: {principal} is not authorized to perform: {action} on resource: * because no identity-based policy allows the {action} action");

    /// <summary>A caller without AWS credentials gets a shorter message.</summary>
    public static AwsError NotAuthorized(string action) => new(400, "AccessDeniedException", $"Not authorized to perform {action}");
}
