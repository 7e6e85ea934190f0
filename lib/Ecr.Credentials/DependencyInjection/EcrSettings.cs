using System.Globalization;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Ecr.Credentials.DependencyInjection;

/// <summary>Reads the options from settings. By hand: a binder would use reflection, and ignore what it does not know.</summary>
/// <param name="configuration">The section with the settings, or a whole configuration.</param>
internal sealed class EcrSettings(IConfiguration configuration)
{
    private const string DefaultSection = "Ecr";
    private const string Cache = "Cache";

    private static readonly string[] Names =
    [
        nameof(EcrCredentialProviderOptions.RegistryAliases),
        nameof(EcrCredentialProviderOptions.IdentityRules),
        nameof(EcrCredentialProviderOptions.UnknownRegistry),
        nameof(EcrCredentialProviderOptions.ServiceAccount),
        Cache,
    ];

    private static readonly string[] CacheNames =
    [
        nameof(EcrTokenCacheOptions.SizeLimit),
        nameof(EcrTokenCacheOptions.RefreshMargin),
        nameof(EcrTokenCacheOptions.FetchTimeout),
    ];

    // A whole configuration contains the environment.
    private readonly IConfiguration _section = configuration is IConfigurationRoot root ? root.GetSection(DefaultSection) : configuration;

    /// <exception cref="OptionsValidationException">Settings are unknown or invalid; each failure names its key.</exception>
    public void Apply(string name, EcrCredentialProviderOptions options)
    {
        var failures = new List<string>();
        CheckNames(_section, Names, failures);
        foreach (var item in Items(nameof(EcrCredentialProviderOptions.RegistryAliases), failures))
        {
            if (EcrRegistryAlias.TryParse(item.Value, out var alias, out var error))
            {
                options.RegistryAliases.Add(alias);
            }
            else
            {
                failures.Add($"{item.Path}: {error}");
            }
        }

        foreach (var item in Items(nameof(EcrCredentialProviderOptions.IdentityRules), failures))
        {
            if (EcrIdentityRule.TryParse(item.Value, out var rule, out var error))
            {
                options.IdentityRules.Add(rule);
            }
            else
            {
                failures.Add($"{item.Path}: {error}");
            }
        }

        if (Find(_section, nameof(EcrCredentialProviderOptions.UnknownRegistry), failures) is { } unknown)
        {
            options.UnknownRegistry = Choose(
                unknown, options.UnknownRegistry, failures, UnknownRegistryHandling.Refuse, UnknownRegistryHandling.UseDefaultRegion);
        }

        if (Find(_section, nameof(EcrCredentialProviderOptions.ServiceAccount), failures) is { } account)
        {
            options.ServiceAccount = Choose(account, options.ServiceAccount, failures, ServiceAccountHandling.Optional, ServiceAccountHandling.RequireRole);
        }

        Throw(name, typeof(EcrCredentialProviderOptions), failures);
    }

    /// <exception cref="OptionsValidationException">Settings are unknown or invalid; each failure names its key.</exception>
    public void Apply(string name, EcrTokenCacheOptions options)
    {
        var failures = new List<string>();
        var section = _section.GetSection(Cache);
        CheckNames(section, CacheNames, failures);
        if (section.Value is { Length: > 0 })
        {
            failures.Add($"{section.Path}: expected {string.Join(", ", CacheNames)} below this key");
        }

        if (Find(section, nameof(EcrTokenCacheOptions.SizeLimit), failures) is { } size)
        {
            if (int.TryParse(size.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            {
                Set(size, () => new EcrTokenCacheOptions { SizeLimit = limit }.Validate(), () => options.SizeLimit = limit, failures);
            }
            else
            {
                failures.Add($"{size.Path}: invalid value {MessageText.Quote(size.Value)}: expected a number");
            }
        }

        SetDuration(
            section,
            nameof(EcrTokenCacheOptions.RefreshMargin),
            value => new EcrTokenCacheOptions { RefreshMargin = value }.Validate(),
            value => options.RefreshMargin = value,
            failures);
        SetDuration(
            section,
            nameof(EcrTokenCacheOptions.FetchTimeout),
            value => new EcrTokenCacheOptions { FetchTimeout = value }.Validate(),
            value => options.FetchTimeout = value,
            failures);
        Throw(name, typeof(EcrTokenCacheOptions), failures);
    }

    private static void SetDuration(IConfiguration section, string name, Action<TimeSpan> validate, Action<TimeSpan> set, List<string> failures)
    {
        if (Find(section, name, failures) is not { } setting)
        {
            return;
        }

        // TimeSpan.Parse would read a plain number as days.
        var text = setting.Value!;
        if (GoDuration.TryParse(text, out var value)
            || (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value)))
        {
            Set(setting, () => validate(value), () => set(value), failures);
        }
        else
        {
            failures.Add($"{setting.Path}: invalid duration {MessageText.Quote(text)}: expected a value such as 30s, 5m or 00:05:00");
        }
    }

    private static void Set(IConfigurationSection setting, Action validate, Action set, List<string> failures)
    {
        try
        {
            validate();
            set();
        }
        catch (ArgumentException e)
        {
            failures.Add($"{setting.Path}: {MessageText.OneLine(e.Message)}");
        }
    }

    private static T Choose<T>(IConfigurationSection setting, T otherwise, List<string> failures, T first, T second)
        where T : struct, Enum
    {
        foreach (var value in (ReadOnlySpan<T>)[first, second])
        {
            if (string.Equals(setting.Value, value.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        failures.Add($"{setting.Path}: invalid value {MessageText.Quote(setting.Value)}: expected {first} or {second}");
        return otherwise;
    }

    private static void CheckNames(IConfiguration section, string[] names, List<string> failures)
    {
        foreach (var setting in section.GetChildren())
        {
            if (!names.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                failures.Add($"{MessageText.Path(setting.Path)}: unknown setting: expected {string.Join(", ", names)}");
            }
        }
    }

    // Null, as JSON has it, is not set.
    private static IConfigurationSection? Find(IConfiguration section, string name, List<string> failures)
    {
        var setting = section.GetSection(name);
        if (setting.GetChildren().Any())
        {
            failures.Add($"{setting.Path}: expected one value, found a list or an object");
            return null;
        }

        return setting.Value is null ? null : setting;
    }

    private IEnumerable<IConfigurationSection> Items(string name, List<string> failures)
    {
        var list = _section.GetSection(name);
        if (list.Value is { Length: > 0 } value)
        {
            failures.Add($"{list.Path}: invalid value {MessageText.Quote(value)}: expected a list, whose first item is {list.Path}:0");
            yield break;
        }

        foreach (var item in list.GetChildren())
        {
            if (item.Value is null)
            {
                failures.Add($"{MessageText.Path(item.Path)}: expected text such as PATTERN=VALUE, found an object, a list or nothing");
            }
            else
            {
                yield return item;
            }
        }
    }

    private static void Throw(string name, Type type, List<string> failures)
    {
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(name, type, failures);
        }
    }
}
