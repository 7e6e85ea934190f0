using System.Globalization;

namespace Ecr.Emulator;

/// <summary>One request that the emulator saw, and what it answered.</summary>
public sealed record RecordedRequest
{
    /// <summary>When the request arrived, by the emulator's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    public required AwsService Service { get; init; }

    /// <summary>The AWS operation, or method and path where the service has no operations (metadata, container credentials).</summary>
    public required string Operation { get; init; }

    public required string Method { get; init; }

    /// <summary>The Host header: the name that the client believes it is talking to.</summary>
    public required string Host { get; init; }

    public required string Path { get; init; }

    /// <summary><c>http</c> or <c>https</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>True where the request came through <see cref="AwsEmulator.ProxyAddress"/>.</summary>
    public required bool ViaProxy { get; init; }

    /// <summary>By name, in any letter case; values of a repeated header are joined by commas.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Body { get; init; }

    public string UserAgent => Headers.GetValueOrDefault("User-Agent", "");

    /// <summary>The key that signed; null for a request without a signature.</summary>
    public string? AccessKeyId { get; init; }

    /// <summary>The user or assumed role to whom that key belongs; null for an unknown key.</summary>
    public string? Principal { get; init; }

    /// <summary>The region of the credential scope, and without a signature that of the host's name; null where neither tells one.</summary>
    public string? Region { get; init; }

    /// <summary>The service of the credential scope.</summary>
    public string? SigningService { get; init; }

    /// <summary>The role that the caller wants from STS; null in other calls.</summary>
    public string? RoleArn { get; init; }

    /// <summary>The name under which the caller wants to act in that role.</summary>
    public string? RoleSessionName { get; init; }

    /// <summary>The external id that the caller brought for that role.</summary>
    public string? ExternalId { get; init; }

    /// <summary>True where the signature was there and right.</summary>
    public required bool SignatureVerified { get; init; }

    /// <summary>Null until the emulator answers, and for good where it never does.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The error that the emulator answered; null for success.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>One line without header values and bodies, which may hold secrets.</summary>
    public override string ToString()
    {
        var status = StatusCode?.ToString(CultureInfo.InvariantCulture) ?? "-";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Time:HH:mm:ss.fff} {Service} {Operation} host={Host} "
                + $"region={Region ?? "-"} key={AccessKeyId ?? "-"} status={status}{(ErrorCode is null ? "" : " " + ErrorCode)}");
    }
}
