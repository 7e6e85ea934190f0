using System.Net;
using Ecr.Emulator.Server;
using Ecr.Emulator.Signing;

namespace Ecr.Emulator.Services;

/// <summary>The responses that faults send instead of the service's own.</summary>
internal static class FaultAnswer
{
    /// <returns>The response of an intermediary in front of the service; null if the service itself responds.</returns>
    public static Answer? InsteadOf(IncomingRequest request, Fault? fault) => fault?.Kind switch
    {
        FaultKind.Throttling => ErrorAnswer.For(request.Service, AwsError.Throttling),
        FaultKind.ThrottleException => ErrorAnswer.For(request.Service, AwsError.ThrottleException),
        FaultKind.ServerError => ErrorAnswer.For(request.Service, AwsError.ServerError),
        FaultKind.EmptyAnswer => Answer.Text(fault.StatusCode, "text/plain", "", ((HttpStatusCode)fault.StatusCode).ToString()),
        FaultKind.ServiceUnavailable => Answer.Text(
            503, "text/html", "<html><body><h1>503 Service Unavailable</h1>No server is available to handle this request.</body></html>", "ServiceUnavailable"),
        FaultKind.Malformed => Answer.Text(200, JsonAnswer.ContentType, "this is neither JSON nor XML"),
        _ => null,
    };

    /// <returns>The error with which the service rejects a caller with a valid signature; null if it accepts.</returns>
    public static AwsError? Refusal(IncomingRequest request, SigV4Verdict verdict, string accountId, Fault? fault) => fault?.Kind switch
    {
        FaultKind.ExpiredCredentials => AwsError.ExpiredToken,
        FaultKind.AccessDenied when verdict.Credentials is { } caller => AwsError.AccessDenied(caller.PrincipalArn, Action(request)),
        FaultKind.IdpCommunicationError => AwsError.IdpCommunicationError,
        FaultKind.RegionDisabled => AwsError.RegionDisabled(accountId),
        FaultKind.AccessDenied => AwsError.NotAuthorized(Action(request)),
        _ => null,
    };

    private static string Action(IncomingRequest request)
    {
        var service = request.Service switch
        {
            AwsService.Ecr => "ecr",
            AwsService.EcrPublic => "ecr-public",
            _ => "sts",
        };
        return $"{service}:{request.Operation}";
    }
}
