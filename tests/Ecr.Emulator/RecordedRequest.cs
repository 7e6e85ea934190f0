using System.Globalization;

namespace Ecr.Emulator;

/// <summary>A request to the emulator and its response.</summary>
public sealed record RecordedRequest
{
    /// <summary>The time of arrival on the emulator's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    public required AwsService Service { get; init; }

    /// <summary>The AWS operation, or method and path if the service has no operations (metadata, container credentials).</summary>
    public required string Operation { get; init; }

    public required string Method { get; init; }

    /// <summary>The Host header.</summary>
    public required string Host { get; init; }

    public required string Path { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Whether the request came through <see cref="AwsEmulator.ProxyAddress"/>.</summary>
    public required bool ViaProxy { get; init; }

    /// <summary>The headers by case-insensitive name; repeated values are joined by commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Body { get; init; }

    public string UserAgent => Headers.GetValueOrDefault("User-Agent", "");

    /// <summary>The access key ID of the signature; null for an unsigned request.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The ARN of the user or assumed role of that key; null for an unknown key.</summary>
    public string? Principal { get; init; }

    /// <summary>The region of the credential scope, or for an unsigned request that of the host name; null if there is neither.</summary>
    public string? Region { get; init; }

    /// <summary>The service of the credential scope.</summary>
    public string? SigningService { get; init; }

    /// <summary>The role to assume in a call to STS; null for other calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The role session name in a call to STS.</summary>
    public string? RoleSessionName { get; init; }

    /// <summary>The external ID in a call to STS.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Whether the request had a valid signature.</summary>
    public required bool SignatureVerified { get; init; }

    /// <summary>The status of the response; null until the emulator has answered.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The error code of the response; null for success.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Returns one line without header values and bodies, which may contain secrets.</summary>
    public override string ToString()
    {
        var status = StatusCode?.ToString(CultureInfo.InvariantCulture) ?? "-";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Time:HH:mm:ss.fff} {Service} {Operation} host={Host} "
                + $"region={Region ?? "-"} key={AccessKeyId ?? "-"} status={status}{(ErrorCode is null ? "" : " " + ErrorCode)}");
    }
}
