using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Telemetry;

/// <summary>The ids of everything that the libraries log. Filters and alerts rely on them: a number is never reused.</summary>
internal static class LogEvents
{
    public static readonly EventId GotToken = new(1, nameof(GotToken));
    public static readonly EventId UsingAlias = new(2, nameof(UsingAlias));

    public static readonly EventId RefreshFailed = new(10, nameof(RefreshFailed));

    public static readonly EventId FileCacheHit = new(20, nameof(FileCacheHit));
    public static readonly EventId FileCacheWriteFailed = new(21, nameof(FileCacheWriteFailed));
    public static readonly EventId FileCacheRefreshFailed = new(22, nameof(FileCacheRefreshFailed));
    public static readonly EventId CacheDirectoryNotPrivate = new(23, nameof(CacheDirectoryNotPrivate));
    public static readonly EventId CacheDirectoryNotCreated = new(24, nameof(CacheDirectoryNotCreated));
    public static readonly EventId CacheDirectoryNotOpened = new(25, nameof(CacheDirectoryNotOpened));
    public static readonly EventId CacheDirectoryNotChecked = new(26, nameof(CacheDirectoryNotChecked));
    public static readonly EventId FileCacheWritten = new(27, nameof(FileCacheWritten));

    public static readonly EventId CallingEcr = new(30, nameof(CallingEcr));
    public static readonly EventId CredentialsFound = new(31, nameof(CredentialsFound));
    public static readonly EventId CredentialsNotFound = new(32, nameof(CredentialsNotFound));
    public static readonly EventId SsoRefreshFailed = new(33, nameof(SsoRefreshFailed));
    public static readonly EventId SsoTokenNotStored = new(34, nameof(SsoTokenNotStored));
    public static readonly EventId SettingInEffect = new(35, nameof(SettingInEffect));
    public static readonly EventId LoginRefreshFailed = new(38, nameof(LoginRefreshFailed));
    public static readonly EventId LoginTokenNotStored = new(39, nameof(LoginTokenNotStored));

    public static readonly EventId HttpAnswered = new(40, nameof(HttpAnswered));
    public static readonly EventId HttpFailed = new(41, nameof(HttpFailed));

    public static readonly EventId InsecureRegistryRequest = new(50, nameof(InsecureRegistryRequest));
    public static readonly EventId ProxiedRegistryRequest = new(51, nameof(ProxiedRegistryRequest));
    public static readonly EventId SkippedRequest = new(52, nameof(SkippedRequest));

    public static readonly EventId ProviderFailed = new(60, nameof(ProviderFailed));

    public static readonly EventId TokenPassedOn = new(70, nameof(TokenPassedOn));
    public static readonly EventId RenewalFailed = new(71, nameof(RenewalFailed));
}
