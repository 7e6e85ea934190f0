using System.Globalization;

namespace Ecr.Emulator;

/// <summary>A request that the emulator received, and its response.</summary>
public sealed record RecordedRequest
{
    /// <summary>When the request arrived, by the emulator's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    public required AwsService Service { get; init; }

    /// <summary>The AWS operation, or method and path if the service has no operations (metadata, container credentials).</summary>
    public required string Operation { get; init; }

    public required string Method { get; init; }

    /// <summary>The Host header: the host name that the client addressed.</summary>
    public required string Host { get; init; }

    public required string Path { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>Whether the request came through <see cref="AwsEmulator.ProxyAddress"/>.</summary>
    public required bool ViaProxy { get; init; }

    /// <summary>By case-insensitive name; values of a repeated header are joined by commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Body { get; init; }

    public string UserAgent => Headers.GetValueOrDefault("User-Agent", "");

    /// <summary>The access key ID of the signature; null for an unsigned request.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The user or assumed role that owns the key; null for an unknown key.</summary>
    public string? Principal { get; init; }

    /// <summary>The region of the credential scope, or of the host name if the request is unsigned; null if neither contains one.</summary>
    public string? Region { get; init; }

    /// <summary>The service of the credential scope.</summary>
    public string? SigningService { get; init; }

    /// <summary>The role that the caller requests from STS; null in other calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The requested role session name.</summary>
    public string? RoleSessionName { get; init; }

    /// <summary>The external id that the caller sent for that role.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Whether the request had a valid signature.</summary>
    public required bool SignatureVerified { get; init; }

    /// <summary>The status code; null until the emulator responds, and permanently if it never does.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The error code of the response; null for success.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>One line without header values and bodies, which may contain secrets.</summary>
    public override string ToString()
    {
        var status = StatusCode?.ToString(CultureInfo.InvariantCulture) ?? "-";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Time:HH:mm:ss.fff} {Service} {Operation} host={Host} "
                + $"region={Region ?? "-"} key={AccessKeyId ?? "-"} status={status}{(ErrorCode is null ? "" : " " + ErrorCode)}");
    }
}
