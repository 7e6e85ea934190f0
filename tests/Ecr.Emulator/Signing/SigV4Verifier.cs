using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ecr.Emulator.Endpoints;
using Ecr.Emulator.Identities;
using Ecr.Emulator.Server;
using Ecr.Emulator.Services;

namespace Ecr.Emulator.Signing;

/// <summary>Verifies a request's signature, scope and timestamp as AWS does.</summary>
internal sealed class SigV4Verifier(CredentialRegistry credentials, string? loopbackRegion)
{
    private const string TimestampFormat = "yyyyMMdd'T'HHmmss'Z'";

    public SigV4Verdict Verify(IncomingRequest request, DateTimeOffset now)
    {
        if (!request.Headers.TryGetValue("Authorization", out var header))
        {
            return new SigV4Verdict { Error = AwsError.MissingAuthenticationToken };
        }

        if (SigV4Authorization.Parse(header) is not { } authorization)
        {
            return new SigV4Verdict { Error = AwsError.IncompleteSignature };
        }

        var signer = credentials.Find(authorization.AccessKeyId);
        return new SigV4Verdict
        {
            Authorization = authorization,
            Credentials = signer,
            Error = CheckSigner(request, signer)
                ?? CheckScope(request, authorization.Scope)
                ?? CheckSignedHeaders(request, authorization)
                ?? CheckTime(request, authorization.Scope, now)
                ?? CheckSignature(request, authorization, signer!)
                ?? CheckExpiry(signer!, now),
        };
    }

    private static AwsError? CheckSigner(IncomingRequest request, EmulatedCredentials? signer) =>
        signer is null || signer.SessionToken != request.Headers.GetValueOrDefault("X-Amz-Security-Token") ? AwsError.UnrecognizedClient : null;

    private AwsError? CheckScope(IncomingRequest request, CredentialScope scope)
    {
        var service = request.Service switch
        {
            AwsService.Ecr => "ecr",
            AwsService.EcrPublic => "ecr-public",
            _ => "sts",
        };
        if (scope.Service != service)
        {
            return AwsError.InvalidSignature($"Credential should be scoped to correct service: '{service}'. ");
        }

        var region = AwsHost.Parse(request.Host)?.Region ?? loopbackRegion;
        return (region is null ? AwsPartition.OfRegion(scope.Region) is not null : scope.Region == region)
            ? null
            : AwsError.InvalidSignature($"Credential should be scoped to a valid region, not '{scope.Region}'. ");
    }

    private static AwsError? CheckSignedHeaders(IncomingRequest request, SigV4Authorization authorization)
    {
        if (!authorization.SignedHeaders.Contains("host"))
        {
            return AwsError.InvalidSignature("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }

        var unsigned = request.Headers.Keys.FirstOrDefault(name =>
            name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
            && !authorization.SignedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase));
        if (unsigned is not null)
        {
            return AwsError.InvalidSignature($"'{unsigned}' must be a 'SignedHeader' in the AWS Authorization.");
        }

        return authorization.SignedHeaders.FirstOrDefault(name => !request.Headers.ContainsKey(name)) is { } absent
            ? AwsError.InvalidSignature($"The signed header '{absent}' is not in the request.")
            : null;
    }

    private static AwsError? CheckTime(IncomingRequest request, CredentialScope scope, DateTimeOffset now)
    {
        var timestamp = request.Headers.GetValueOrDefault("X-Amz-Date");
        if (!DateTimeOffset.TryParseExact(
            timestamp, TimestampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt))
        {
            return AwsError.IncompleteSignature;
        }

        if (!timestamp.StartsWith(scope.Date, StringComparison.Ordinal))
        {
            return AwsError.InvalidSignature(
                $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope.Date}' != "
                    + $"'{timestamp[..8]}', from '{timestamp}'.");
        }

        // STS tolerates more clock skew than the other services.
        var tolerance = TimeSpan.FromMinutes(request.Service is AwsService.Sts ? 15 : 5);
        static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture);

        if (signedAt < now - tolerance)
        {
            return AwsError.InvalidSignature(
                $"Signature expired: {timestamp} is now earlier than {Text(now - tolerance)} ({Text(now)} - {tolerance.Minutes} min.)");
        }

        return signedAt > now + tolerance
            ? AwsError.InvalidSignature(
                $"Signature not yet current: {timestamp} is still later than {Text(now + tolerance)} ({Text(now)} + {tolerance.Minutes} min.)")
            : null;
    }

    private static AwsError? CheckSignature(IncomingRequest request, SigV4Authorization authorization, EmulatedCredentials signer)
    {
        var payloadHash = SigV4.HexHash(request.Body.Span);
        if (request.Headers.TryGetValue("X-Amz-Content-SHA256", out var claimedHash) && claimedHash != payloadHash)
        {
            return AwsError.InvalidSignature("The provided 'x-amz-content-sha256' header does not match what was computed.");
        }

        var canonicalRequest = SigV4.CanonicalRequest(
            request.Method, request.Path, request.Query, request.Headers, authorization.SignedHeaders, payloadHash);
        var stringToSign = SigV4.StringToSign(request.Headers["X-Amz-Date"], authorization.Scope, canonicalRequest);
        var signature = SigV4.Signature(SigV4.SigningKey(signer.SecretAccessKey, authorization.Scope), stringToSign);

        // AWS repeats the whole canonical request, including the session token. Clients must not pass that text on.
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(signature), Encoding.ASCII.GetBytes(authorization.Signature))
            ? null
            : AwsError.InvalidSignature(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing "
                + "method. Consult the service documentation for details.\n\n"
                + $"The Canonical String for this request should have been\n'{canonicalRequest}'\n\n"
                + $"The String-to-Sign should have been\n'{stringToSign}'\n");
    }

    private static AwsError? CheckExpiry(EmulatedCredentials signer, DateTimeOffset now) => signer.Expiration <= now ? AwsError.ExpiredToken : null;
}
