using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>
/// The AWS settings of one profile: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html"/>. A variable overrides the
/// profile's setting.
/// </summary>
/// <remarks>
/// The files are read once; a value is checked when it is asked for. The SDK's clients get every setting from here, because the SDK reads the files with
/// a parser of its own, which drops a profile silently if one of its values is invalid. Thread-safe.
/// </remarks>
internal sealed class AwsSettings
{
    // The default of every AWS SDK.
    private const int DefaultMaxAttempts = 3;

    // https://docs.aws.amazon.com/sdkref/latest/guide/feature-smart-config-defaults.html, and the spelling of the .NET SDK.
    private static readonly string[] DefaultsModes = ["auto", "standard", "legacy", "mobile", "in-region", "cross-region", "InRegion", "CrossRegion"];

    private readonly Func<string, string?> _environment;
    private readonly ConfigSection? _profile;

    private AwsSettings(Func<string, string?> environment, SharedConfig files, ConfigSection? profile)
    {
        _environment = environment;
        _profile = profile;
        Files = files;
    }

    public SharedConfig Files { get; }

    /// <summary><c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c>, then the profile's <c>region</c>, in the order of the Go SDK.</summary>
    public string? Region => FindRegion()?.Value;

    /// <exception cref="EcrCredentialException">The value is neither true nor false.</exception>
    public bool UseFips => GetFlag(FindFips());

    /// <exception cref="EcrCredentialException">The value is neither true nor false.</exception>
    public bool UseDualStack => GetFlag(FindDualStack());

    /// <summary>Whether retries adapt their rate to throttling. The legacy mode is the standard one.</summary>
    /// <exception cref="EcrCredentialException">The value is not a retry mode.</exception>
    public bool IsRetryAdaptive =>
        FindRetryMode() is { } mode
            && (Is(mode, "adaptive") || (Is(mode, "standard") || Is(mode, "legacy") ? false : throw Invalid(mode, "standard, adaptive or legacy")));

    /// <summary>The number of attempts of one call, 3 by default.</summary>
    /// <exception cref="EcrCredentialException">The value is not a whole number above zero.</exception>
    public int MaxAttempts => FindAttempts() switch
    {
        null => DefaultMaxAttempts,
        { Value: var text } when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var attempts) && attempts > 0 => attempts,
        var setting => throw Invalid(setting.Value, "a whole number above zero"),
    };

    /// <summary>The name of the application in the User-Agent header.</summary>
    public string? AppId => Find("AWS_SDK_UA_APP_ID", "sdk_ua_app_id")?.Value;

    /// <summary>The path of the profile's CA bundle; <see langword="null"/> if <c>AWS_CA_BUNDLE</c> overrides it.</summary>
    public string? ProfileCaBundle =>
        _environment("AWS_CA_BUNDLE") is null && _profile?["ca_bundle"] is { } path ? HomeDirectory.Expand(_environment, path) : null;

    /// <summary>Where the profile's settings are, for diagnostics.</summary>
    public string ProfileSource => $"profile {MessageText.Quote(_profile?.Name)}";

    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <param name="profile">The name of the profile; the one that the environment names if <see langword="null"/>.</param>
    /// <exception cref="EcrCredentialException">The profile or a file is invalid.</exception>
    public static AwsSettings Read(Func<string, string?> environment, string? profile = null)
    {
        var files = SharedConfig.Read(environment);
        return new AwsSettings(environment, files, files.Find(profile ?? files.CurrentProfile));
    }

    /// <summary>The configured endpoint of a service; <see langword="null"/> if there is none, or configured endpoints are ignored.</summary>
    /// <param name="serviceId">The name of the service, such as <c>ECR PUBLIC</c>.</param>
    /// <exception cref="EcrCredentialException">The value is not an http or https URL.</exception>
    public Uri? FindEndpoint(string serviceId)
    {
        if (GetFlag(Find("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"))
            || FindEndpointUrl(serviceId.Replace(' ', '_')) is not { } url)
        {
            return null;
        }

        return Uri.TryCreate(url.Value, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint.Host.Length > 0
            ? endpoint
            : throw Invalid(url, "an http or https URL");
    }

    /// <summary>A setting of the profile that has no variable, or whose variable is not set.</summary>
    public string? FindInProfile(string setting) => _profile?[setting];

    /// <summary>Checks the defaults mode, which changes nothing that is used here.</summary>
    /// <exception cref="EcrCredentialException">The value is not a mode.</exception>
    public void CheckDefaultsMode()
    {
        if (Find("AWS_DEFAULTS_MODE", "defaults_mode") is { } mode && !DefaultsModes.Contains(mode.Value, StringComparer.OrdinalIgnoreCase))
        {
            throw Invalid(mode, "auto, standard, in-region, cross-region, mobile or legacy");
        }
    }

    /// <summary>The settings that change the calls of a service, for diagnostics.</summary>
    /// <param name="serviceId">The name of the service, such as <c>ECR PUBLIC</c>.</param>
    /// <param name="isRegionUsed">Whether the region of the calls is <see cref="Region"/>.</param>
    /// <exception cref="EcrCredentialException">A value is invalid.</exception>
    public IEnumerable<SettingInEffect> FindInEffect(string serviceId, bool isRegionUsed)
    {
        if (isRegionUsed && FindRegion() is { } region)
        {
            yield return new("region", MessageText.OneLine(region.Value), region.Source);
        }

        if (UseFips && FindFips() is { } fips)
        {
            yield return new("FIPS", "on", fips.Source);
        }

        if (UseDualStack && FindDualStack() is { } dualStack)
        {
            yield return new("dual-stack", "on", dualStack.Source);
        }

        if (FindEndpoint(serviceId) is { } endpoint && FindEndpointUrl(serviceId.Replace(' ', '_')) is { } url)
        {
            yield return new("endpoint", MessageText.Address(endpoint), url.Source);
        }

        if (FindAttempts() is { } attempts)
        {
            yield return new("attempts", MaxAttempts.ToString(CultureInfo.InvariantCulture), attempts.Source);
        }

        if (IsRetryAdaptive && FindRetryMode() is { } mode)
        {
            yield return new("retry mode", "adaptive", mode.Source);
        }
    }

    private static bool Is(Setting setting, string value) => setting.Value.Equals(value, StringComparison.OrdinalIgnoreCase);

    // Both variables override both settings of the profile: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    private Setting? FindEndpointUrl(string service) =>
        FindVariable($"AWS_ENDPOINT_URL_{service}")
            ?? FindVariable("AWS_ENDPOINT_URL")
            ?? FindServiceEndpoint(service)
            ?? FindInProfileWithName("endpoint_url");

    private Setting? FindServiceEndpoint(string service) =>
        _profile?["services"] is { } name && Files.FindServices(name)?[service, "endpoint_url"] is { } url
            ? new Setting(
                $"endpoint_url of {service} in the section [services {MessageText.OneLine(name)}] in {Files}",
                url,
                $"{ProfileSource}, services {MessageText.Quote(name)}")
            : null;

    private static bool GetFlag(Setting? setting) =>
        setting is { } flag && (Is(flag, "true") || (Is(flag, "false") ? false : throw Invalid(flag, "true or false")));

    private Setting? FindRegion() => FindVariable("AWS_REGION") ?? FindVariable("AWS_DEFAULT_REGION") ?? FindInProfileWithName("region");

    private Setting? FindFips() => Find("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");

    private Setting? FindDualStack() => Find("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");

    private Setting? FindAttempts() => Find("AWS_MAX_ATTEMPTS", "max_attempts");

    private Setting? FindRetryMode() => Find("AWS_RETRY_MODE", "retry_mode");

    private Setting? Find(string variable, string key) => FindVariable(variable) ?? FindInProfileWithName(key);

    private Setting? FindVariable(string variable) => _environment(variable) is { } value ? new Setting(variable, value, variable) : null;

    private Setting? FindInProfileWithName(string key) =>
        _profile?[key] is { } value ? new Setting($"{key} of {_profile} in {Files}", value, ProfileSource) : null;

    private static EcrCredentialException Invalid(Setting setting, string expected) =>
        EcrCredentialException.InvalidConfiguration($"invalid AWS configuration: {setting.Name} is {MessageText.Quote(setting.Value)}; expected {expected}.");

    /// <summary>A value and where it is set: for messages, and in short for diagnostics.</summary>
    private readonly record struct Setting(string Name, string Value, string Source);
}
