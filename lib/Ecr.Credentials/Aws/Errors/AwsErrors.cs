using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Trust;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Errors;

/// <summary>Translates the exceptions of AWS calls into the one exception that says what to do.</summary>
internal static class AwsErrors
{
    private const string EndpointAdvice = "proxy (HTTPS_PROXY) and configured endpoint (AWS_ENDPOINT_URL).";
    private const string NetworkAdvice = $"Check the network, {EndpointAdvice}";
    private const string TrustAdvice = "Check the server and the system clock, or add the issuer to the CA certificates (AWS_CA_BUNDLE).";

    private const int MaxIdentifierLength = 100;

    // What the SDK says where an answer has no message; the second text repeats the answer.
    private static readonly string[] TextsOfTheSdk = ["The service returned an error.", "The service returned an error with ", "Error making request with "];

    private static readonly (EcrCredentialErrorReason, string) WrongClock = (
        EcrCredentialErrorReason.AwsCredentialsRejected,
        "the system clock is wrong: AWS rejected the request's timestamp. Synchronize the clock with NTP.");

    /// <summary>The failure of a call that a source of the caller made; <see langword="null"/> if it was neither AWS's nor the network's.</summary>
    /// <param name="exception">What the source threw.</param>
    /// <param name="registry">The registry of the request.</param>
    public static EcrCredentialException? TranslateForeign(Exception exception, EcrRegistry registry)
    {
        if (FindCause<AmazonServiceException>(exception) is { } fromService)
        {
            return Translate(fromService, AwsCallDescription.OfToken(registry.ApiEndpoint, registry));
        }

        if (FindCause<AmazonClientException>(exception) is { } fromClient)
        {
            return fromClient.InnerException is null
                ? new EcrCredentialException(
                    EcrCredentialErrorReason.ServiceError, $"the token source failed: {MessageText.OneLine(fromClient.Message)}", exception)
                {
                    IsTransient = true,
                }
                : Translate(fromClient, AwsCallDescription.OfToken(registry.ApiEndpoint, registry));
        }

        // The SDK lets the exceptions of the network pass. They do not name the server, which may be another one than AWS.
        var cause = FindCause<HttpRequestException>(exception) ?? (Exception?)FindCause<SocketException>(exception);
        return cause is null
            ? null
            : new EcrCredentialException(
                EcrCredentialErrorReason.Unreachable, $"the token source failed: {ConnectionErrors.Describe(cause)}. {NetworkAdvice}", exception);
    }

    /// <summary>The failure of a call; <see langword="null"/> if the exception has another cause.</summary>
    public static EcrCredentialException? Translate(Exception exception, AwsCallDescription call)
    {
        var endpoint = call.Endpoint;
        return exception switch
        {
            AmazonServiceException { StatusCode: not 0 } e and not AmazonUnmarshallingException => FromService(e, call),
            EcrCredentialException e => e,
            _ when FindCause<TimeoutException>(exception) is { } e => TimedOut(e, endpoint),
            _ when FindCause<ServerCertificateException>(exception) is { } e => Unreachable(e, endpoint),
            _ when FindCause<HttpRequestException>(exception) is { } e => Unreachable(e, endpoint),
            _ when FindCause<IOException>(exception) is { } e => Unreachable(e, endpoint),
            OperationCanceledException or ObjectDisposedException or OutOfMemoryException => null,

            // The SDK reads answers with little care: what AWS never sends ends in exceptions of every kind.
            _ => new EcrCredentialException(EcrCredentialErrorReason.InvalidResponse, NotFromAws(endpoint), exception),
        };
    }

    private static string NotFromAws(Uri endpoint) =>
        $"{MessageText.Address(endpoint)} returned a response that is not from AWS. Check for an intercepting proxy and the configured endpoint.";

    private static EcrCredentialException FromService(AmazonServiceException exception, AwsCallDescription call)
    {
        var code = Identifier(Normalize(exception.ErrorCode));
        var requestId = Identifier(exception.RequestId);
        var (reason, explanation) = Classify(code, exception, call);
        return new EcrCredentialException(reason, $"{explanation} ({Describe(code, requestId, exception.StatusCode, call)})", exception)
        {
            ErrorCode = code,
            RequestId = requestId,

            // A call that the service rejects is rejected again.
            IsTransient = reason == EcrCredentialErrorReason.Throttled
                || (reason == EcrCredentialErrorReason.ServiceError && (int)exception.StatusCode >= 500),
        };
    }

    // AWS's own text is included only where it helps and cannot contain a secret: the text for a wrong signature repeats the signed headers.
    private static (EcrCredentialErrorReason Reason, string Explanation) Classify(
        string? code, AmazonServiceException exception, AwsCallDescription call) => code switch
        {
            "AccessDeniedException" or "AccessDenied" or "OptInRequired" or "ForbiddenException" => (
                EcrCredentialErrorReason.AccessDenied,
                $"AWS denied access{Reason(exception, call)}. {call.DeniedAdvice}"),
            "UnrecognizedClientException" or "InvalidClientTokenId" or "MissingAuthenticationTokenException" or "MissingAuthenticationToken" => (
                EcrCredentialErrorReason.AwsCredentialsRejected,
                "AWS rejected the access key ID. Check that it exists, is active and belongs to this partition."),
            "ExpiredTokenException" or "ExpiredToken" or "UnauthorizedException" or "InvalidGrantException" or "InvalidClientException" => (
                EcrCredentialErrorReason.AwsCredentialsRejected,
                call.ExpiredMessage),
            "InvalidIdentityToken" or "IDPRejectedClaim" => (
                EcrCredentialErrorReason.AwsCredentialsRejected,
                $"AWS rejected the token{Reason(exception, call)}. "
                    + "Check the token's audience and the identity provider in IAM."),
            "RequestExpired" or "RequestTimeTooSkewed" or "RequestInTheFuture" => WrongClock,
            "InvalidSignatureException" or "SignatureDoesNotMatch" when IsAboutTime(exception.Message) => WrongClock,
            "InvalidSignatureException" or "SignatureDoesNotMatch" or "IncompleteSignature" => (
                EcrCredentialErrorReason.AwsCredentialsRejected,
                "AWS rejected the signature. Check the secret access key."),
            _ when IsThrottling(code, exception.StatusCode) => (
                EcrCredentialErrorReason.Throttled,
                "AWS throttled every attempt. Retry later, or request a quota increase."),
            _ when IsIntermediary(code, exception) => (
                EcrCredentialErrorReason.InvalidResponse,
                NotFromAws(call.Endpoint)),
            _ when (int)exception.StatusCode >= 500 => (
                EcrCredentialErrorReason.ServiceError,
                "the service failed. Retry later."),
            _ => (
                EcrCredentialErrorReason.ServiceError,
                $"the service rejected the call{Reason(exception, call)}."),
        };

    // Every error of AWS has a code or a message; redirects and the pages of proxies and captive portals have neither. A load balancer of AWS may answer
    // with a page too if the service fails: https://datatracker.ietf.org/doc/html/rfc6585#section-6 is the one such status of others.
    private static bool IsIntermediary(string? code, AmazonServiceException exception) =>
        code is null
        && (exception.StatusCode == HttpStatusCode.NetworkAuthenticationRequired || ((int)exception.StatusCode < 500 && FindMessage(exception) is null));

    /// <summary>A colon and the service's message without its final period, or nothing.</summary>
    private static string Reason(AmazonServiceException exception, AwsCallDescription call) =>
        FindMessage(exception) is { } message && MessageText.OneLine(message, call.Secrets).TrimEnd('.') is { Length: > 0 } line ? $": {line}" : "";

    private static string? FindMessage(AmazonServiceException exception) =>
        string.IsNullOrWhiteSpace(exception.Message) || TextsOfTheSdk.Any(text => exception.Message.StartsWith(text, StringComparison.Ordinal))
            ? null
            : exception.Message;

    // "Signature expired: 20260101T120000Z is now earlier than ..." and "Signature not yet current: ...".
    private static bool IsAboutTime(string message) =>
        message.StartsWith("Signature expired", StringComparison.Ordinal) || message.StartsWith("Signature not yet current", StringComparison.Ordinal);

    private static bool IsThrottling(string? code, HttpStatusCode status) =>
        status == HttpStatusCode.TooManyRequests
        || code is "ThrottlingException" or "Throttling" or "ThrottleException" or "TooManyRequestsException" or "TooManyRequests" or "RequestLimitExceeded";

    private static string Describe(string? code, string? requestId, HttpStatusCode status, AwsCallDescription call)
    {
        var parts = new List<string>(4);
        if (code is not null)
        {
            parts.Add(code);
        }

        parts.Add(string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status} from {MessageText.Address(call.Endpoint)}"));
        parts.Add($"region {call.Region}");
        if (requestId is not null)
        {
            parts.Add($"request {requestId}");
        }

        return string.Join(", ", parts);
    }

    // Codes and request ids are for programs; anything else in their place is not from AWS, and may be a secret.
    private static string? Identifier(string? text) =>
        text is { Length: > 0 and <= MaxIdentifierLength } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-') ? text : null;

    // AWS may write "namespace#Name" or "Name:address".
    private static string? Normalize(string? code)
    {
        if (code is null)
        {
            return null;
        }

        var name = code[(code.LastIndexOf('#') + 1)..];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? name : name[..colon];
    }

    private static EcrCredentialException TimedOut(TimeoutException exception, Uri endpoint) => new(
        EcrCredentialErrorReason.Timeout,
        $"timed out waiting for {Describe(endpoint)}{DescribeAttempts(exception)}. Check the {EndpointAdvice}",
        exception);

    private static string DescribeAttempts(TimeoutException exception) =>
        exception is AttemptTimeoutException ? $": {MessageText.OneLine(exception.Message)}" : "";

    private static EcrCredentialException Unreachable(Exception exception, Uri endpoint)
    {
        var isCertificate = exception is ServerCertificateException;
        var why = isCertificate && SystemTrustStore.FindProblem() is { } problem
            ? $"TLS handshake failed: {problem}"
            : $"{ConnectionErrors.Describe(exception)}. {(isCertificate ? TrustAdvice : NetworkAdvice)}";
        return new EcrCredentialException(EcrCredentialErrorReason.Unreachable, $"cannot reach {Describe(endpoint)}: {why}", exception)
        {
            IsTransient = !isCertificate,
        };
    }

    // A failure may be the proxy's.
    private static string Describe(Uri endpoint) =>
        EnvironmentProxy.Read(AwsEnvironment.Get)?.Find(endpoint) is { Error: null } proxy
            ? $"{MessageText.Address(endpoint)} through the proxy {proxy}"
            : MessageText.Address(endpoint);

    private static T? FindCause<T>(Exception exception)
        where T : Exception
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is T found)
            {
                return found;
            }
        }

        return null;
    }
}
