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

    private const string AttemptsVariable = "AWS_MAX_ATTEMPTS";
    private const string AttemptsKey = "max_attempts";

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
    public bool UseFips => IsOn(FindFips());

    /// <exception cref="EcrCredentialException">The value is neither true nor false.</exception>
    public bool UseDualStack => IsOn(FindDualStack());

    /// <summary>Whether retries adapt their rate to throttling. The legacy mode is the standard one.</summary>
    /// <exception cref="EcrCredentialException">The value is not a retry mode.</exception>
    public bool IsRetryAdaptive =>
        FindRetryMode() is { } mode
            && (mode.Is("adaptive") || (mode.Is("standard") || mode.Is("legacy") ? false : throw mode.Invalid("standard, adaptive or legacy")));

    /// <summary>The number of attempts of one call, 3 by default.</summary>
    /// <exception cref="EcrCredentialException">The value is not a whole number above zero.</exception>
    public int MaxAttempts => FindCount(AttemptsVariable, AttemptsKey) ?? DefaultMaxAttempts;

    /// <summary>The name of the application in the User-Agent header.</summary>
    public string? AppId => Find("AWS_SDK_UA_APP_ID", "sdk_ua_app_id")?.Value;

    /// <summary>The path of the profile's CA bundle; <see langword="null"/> if <c>AWS_CA_BUNDLE</c> overrides it.</summary>
    /// <exception cref="EcrCredentialException">The path is relative.</exception>
    public string? ProfileCaBundle =>
        _environment("AWS_CA_BUNDLE") is null && _profile?.Find("ca_bundle") is { } setting ? HomeDirectory.Resolve(_environment, setting) : null;

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
        if (IsOn(Find("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls"))
            || FindEndpointUrl(serviceId.Replace(' ', '_')) is not { } url)
        {
            return null;
        }

        return HttpAddress.TryParse(url.Value, out var endpoint) ? endpoint : throw url.Invalid("an http or https URL");
    }

    /// <summary>The setting of the variable, or of the profile if the variable is not set.</summary>
    public AwsSetting? Find(string variable, string key) => FindVariable(variable) ?? _profile?.Find(key);

    /// <summary>A number of attempts.</summary>
    /// <exception cref="EcrCredentialException">The value is not a whole number above zero.</exception>
    public int? FindCount(string variable, string key) => Find(variable, key) switch
    {
        null => null,
        { Value: var text } when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 => count,
        var setting => throw setting.Invalid("a whole number above zero"),
    };

    /// <summary>Checks the defaults mode, which changes nothing that is used here.</summary>
    /// <exception cref="EcrCredentialException">The value is not a mode.</exception>
    public void CheckDefaultsMode()
    {
        if (Find("AWS_DEFAULTS_MODE", "defaults_mode") is { } mode && !DefaultsModes.Contains(mode.Value, StringComparer.OrdinalIgnoreCase))
        {
            throw mode.Invalid("auto, standard, in-region, cross-region, mobile or legacy");
        }
    }

    /// <summary>Checks the kind of STS endpoints. The regional one is always called, as by every SDK of today.</summary>
    /// <exception cref="EcrCredentialException">The value is neither legacy nor regional.</exception>
    public void CheckStsEndpoints()
    {
        if (Find("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints") is { } kind && !kind.Is("legacy") && !kind.Is("regional"))
        {
            throw kind.Invalid("regional or legacy");
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
            yield return new("region", MessageText.OneLine(region.Value), region.Place);
        }

        if (UseFips && FindFips() is { } fips)
        {
            yield return new("FIPS", "on", fips.Place);
        }

        if (UseDualStack && FindDualStack() is { } dualStack)
        {
            yield return new("dual-stack", "on", dualStack.Place);
        }

        if (FindEndpointInEffect("endpoint", serviceId) is { } endpoint)
        {
            yield return endpoint;
        }

        if (Find(AttemptsVariable, AttemptsKey) is { } attempts)
        {
            yield return new("attempts", MaxAttempts.ToString(CultureInfo.InvariantCulture), attempts.Place);
        }

        if (IsRetryAdaptive && FindRetryMode() is { } mode)
        {
            yield return new("retry mode", "adaptive", mode.Place);
        }
    }

    /// <summary>The configured endpoint of a service, for diagnostics; <see langword="null"/> if the service is called at its public endpoint.</summary>
    /// <param name="name">What the setting is called, such as <c>STS endpoint</c>.</param>
    /// <param name="serviceId">The name of the service, such as <c>ECR PUBLIC</c>.</param>
    /// <exception cref="EcrCredentialException">The value is not an http or https URL.</exception>
    public SettingInEffect? FindEndpointInEffect(string name, string serviceId) =>
        FindEndpoint(serviceId) is { } endpoint && FindEndpointUrl(serviceId.Replace(' ', '_')) is { } url
            ? new SettingInEffect(name, MessageText.Address(endpoint), url.Place)
            : null;

    private static bool IsOn(AwsSetting? setting) =>
        setting is { } flag && (flag.Is("true") || (flag.Is("false") ? false : throw flag.Invalid("true or false")));

    // Both variables override both settings of the profile: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    private AwsSetting? FindEndpointUrl(string service) =>
        FindVariable($"AWS_ENDPOINT_URL_{service}")
            ?? FindVariable("AWS_ENDPOINT_URL")
            ?? (_profile?["services"] is { } name ? FindServiceEndpoint(name, service) : null)
            ?? _profile?.Find("endpoint_url");

    private AwsSetting? FindServiceEndpoint(string services, string service) =>
        Files.FindServices(services)?.Find(service, "endpoint_url") is { } url
            ? new AwsSetting(url.Source, url.Value, $"{ProfileSource}, {url.Place}")
            : null;

    private AwsSetting? FindRegion() => FindVariable("AWS_REGION") ?? Find("AWS_DEFAULT_REGION", "region");

    private AwsSetting? FindFips() => Find("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint");

    private AwsSetting? FindDualStack() => Find("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint");

    private AwsSetting? FindRetryMode() => Find("AWS_RETRY_MODE", "retry_mode");

    private AwsSetting? FindVariable(string variable) => _environment(variable) is { } value ? new AwsSetting(variable, value) : null;
}
