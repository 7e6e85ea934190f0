using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Ecr.Emulator.Server;

namespace Ecr.Emulator.Services;

/// <summary>
/// The instance metadata service, version 2 only:
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
/// </summary>
internal sealed class ImdsService(AwsEmulatorOptions options, EmulatedCredentials instanceCredentials)
{
    private const string TtlHeader = "X-aws-ec2-metadata-token-ttl-seconds";
    private const string TokenHeader = "X-aws-ec2-metadata-token";
    private const string CredentialsPath = "/latest/meta-data/iam/security-credentials/";
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokenExpirations = new(StringComparer.Ordinal);

    public Answer Handle(IncomingRequest request, DateTimeOffset now)
    {
        if (options.InstanceMetadataForbidden)
        {
            return Refuse(403, "Forbidden");
        }

        if (request.Path == "/latest/api/token")
        {
            return options.InstanceMetadataVersion1 ? Refuse(404, "Not Found")
                : request.Method == "PUT" ? IssueToken(request, now) : Refuse(405, "Method Not Allowed");
        }

        var token = request.Headers.GetValueOrDefault(TokenHeader, "");
        if (!options.InstanceMetadataVersion1 && (!_tokenExpirations.TryGetValue(token, out var expiration) || expiration <= now))
        {
            return Refuse(401, "Unauthorized");
        }

        return request.Path switch
        {
            "/latest/meta-data/placement/region" => Text(options.InstanceRegion),
            "/latest/dynamic/instance-identity/document" => IdentityDocument(),

            // SDKs send this path with and without a trailing slash.
            CredentialsPath or "/latest/meta-data/iam/security-credentials" when options.InstanceRole is { } role => Text(role),
            var path when options.InstanceRole is { } role && path == CredentialsPath + role => CredentialsDocument.For(instanceCredentials),
            _ => Refuse(404, "Not Found"),
        };
    }

    private static Answer Text(string text) => Answer.Text(200, "text/plain", text);

    private static Answer Refuse(int statusCode, string reason) =>
        Answer.Text(statusCode, "text/plain", reason, reason.Replace(" ", "", StringComparison.Ordinal));

    private Answer IssueToken(IncomingRequest request, DateTimeOffset now)
    {
        var isNumber = int.TryParse(request.Headers.GetValueOrDefault(TtlHeader), CultureInfo.InvariantCulture, out var seconds);
        if (!isNumber || seconds is < 1 or > 21600)
        {
            return Refuse(400, "Bad Request");
        }

        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(42));
        _tokenExpirations[token] = now.AddSeconds(seconds);
        return Text(token) with
        {
            Headers = new Dictionary<string, string> { [TtlHeader] = seconds.ToString(CultureInfo.InvariantCulture) },
        };
    }

    private Answer IdentityDocument() => new(200, "text/plain", JsonAnswer.Write(json =>
    {
        json.WriteString("accountId", options.AccountId);
        json.WriteString("instanceId", "i-0123456789abcdef0");
        json.WriteString("region", options.InstanceRegion);
        json.WriteString("availabilityZone", options.InstanceRegion + "a");
        json.WriteString("version", "2017-09-30");
    }));
}
