using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials;
using Ecr.Credentials.Aws;
using Ecr.Credentials.DependencyInjection;
using Ecr.Credentials.Http;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Amazon ECR credentials to a service collection.</summary>
public static class EcrCredentialsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="EcrCredentialProvider"/>, the <see cref="EcrTokenCache"/> behind it, its <see cref="IEcrTokenSource"/>, and
    /// <see cref="EcrRegistryHandler"/> for HTTP clients.
    /// </summary>
    /// <remarks>
    /// <para>
    /// May be called more than once: services are added once, and every <paramref name="configure"/> is applied. Existing registrations are kept: an
    /// <see cref="IEcrTokenSource"/> replaces AWS, and its tokens are cached too; a <see cref="TimeProvider"/> replaces the system clock.
    /// </para>
    /// <para>
    /// <c>Configure&lt;EcrTokenCacheOptions&gt;</c> configures the cache. Clock and logger come from the container. Options are validated when the host
    /// starts, or when a service is first resolved, and read once: later changes have no effect.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Configures the options. A <see cref="FormatException"/> of it becomes an <see cref="OptionsValidationException"/>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEcrCredentials(
        this IServiceCollection services, Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        return services.AddEcrServices(serviceKey: null, Options.Options.DefaultName, configure);
    }

    /// <summary>
    /// Adds the services of <see cref="AddEcrCredentials(IServiceCollection, Action{EcrCredentialProviderOptions})"/>, configured by settings.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The settings are <c>RegistryAliases</c>, a list of <c>PATTERN=REGISTRY</c>; <c>IdentityRules</c>, a list of <c>PATTERN=profile:NAME</c> and
    /// <c>PATTERN=role:ARN[,external-id=ID]</c>; <c>UnknownRegistry</c>, <c>Refuse</c> or <c>UseDefaultRegion</c>; <c>ServiceAccount</c>, <c>Optional</c> or
    /// <c>RequireRole</c>; and <c>SizeLimit</c>, <c>RefreshMargin</c> and <c>FetchTimeout</c> in <c>Cache</c>, with durations such as <c>30s</c> or
    /// <c>00:00:30</c>. As an environment variable: <c>Ecr__RegistryAliases__0</c>.
    /// </para>
    /// <para>They are read when the options are first used. An unknown or invalid setting is an <see cref="OptionsValidationException"/> that names it.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section with the settings, or a whole configuration, whose section <c>Ecr</c> has them.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEcrCredentials(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        return services.AddEcrServices(serviceKey: null, Options.Options.DefaultName, configuration);
    }

    /// <summary>
    /// Adds the services of <see cref="AddEcrCredentials(IServiceCollection, Action{EcrCredentialProviderOptions})"/> with a source of your own in place of
    /// AWS, such as an AWS client that the program already has. Its tokens are cached.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="createSource">
    /// Creates the source, once; it is disposed with the container. An <see cref="EcrTokenCache"/> is used as it is, any other source behind a cache with the
    /// configured <see cref="EcrTokenCacheOptions"/>.
    /// </param>
    /// <param name="configure">Configures the options.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEcrCredentials(
        this IServiceCollection services,
        Func<IServiceProvider, IEcrTokenSource> createSource,
        Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(createSource);

        return services.AddEcrServices(serviceKey: null, Options.Options.DefaultName, createSource, configure);
    }

    /// <summary>
    /// Adds the services of <see cref="AddEcrCredentials(IServiceCollection, Action{EcrCredentialProviderOptions})"/> under a key, for programs with several
    /// AWS identities.
    /// </summary>
    /// <remarks>
    /// Services of different keys share only the <see cref="TimeProvider"/>. The name of the options is the key's <c>ToString()</c>, as in
    /// <c>Configure&lt;EcrTokenCacheOptions&gt;("prod", ...)</c>.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key. Different keys must have different strings.</param>
    /// <param name="configure">Configures the options of this key.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The string of the key is empty, or equal to that of another key.</exception>
    public static IServiceCollection AddKeyedEcrCredentials(
        this IServiceCollection services, object serviceKey, Action<EcrCredentialProviderOptions>? configure = null) =>
        services.AddEcrServices(serviceKey, GetOptionsName(services, serviceKey), configure);

    /// <summary>Adds the services of <see cref="AddEcrCredentials(IServiceCollection, IConfiguration)"/> under a key.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key. Different keys must have different strings.</param>
    /// <param name="configuration">The section with the settings of this key, or a whole configuration, whose section <c>Ecr</c> has them.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The string of the key is empty, or equal to that of another key.</exception>
    public static IServiceCollection AddKeyedEcrCredentials(this IServiceCollection services, object serviceKey, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);

        return services.AddEcrServices(serviceKey, GetOptionsName(services, serviceKey), configuration);
    }

    /// <summary>
    /// Adds the services of
    /// <see cref="AddEcrCredentials(IServiceCollection, Func{IServiceProvider, IEcrTokenSource}, Action{EcrCredentialProviderOptions})"/> under a key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key. Different keys must have different strings.</param>
    /// <param name="createSource">Creates the source of this key, once; it is disposed with the container.</param>
    /// <param name="configure">Configures the options of this key.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentException">The string of the key is empty, or equal to that of another key.</exception>
    public static IServiceCollection AddKeyedEcrCredentials(
        this IServiceCollection services,
        object serviceKey,
        Func<IServiceProvider, IEcrTokenSource> createSource,
        Action<EcrCredentialProviderOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(createSource);

        return services.AddEcrServices(serviceKey, GetOptionsName(services, serviceKey), createSource, configure);
    }

    private static string GetOptionsName(IServiceCollection services, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(serviceKey);

        var optionsName = serviceKey.ToString();
        if (string.IsNullOrEmpty(optionsName))
        {
            throw new ArgumentException("the service key's ToString() is empty; use a non-empty string", nameof(serviceKey));
        }

        // They would share their options, and possibly an identity.
        if (services.Any(other => other.ServiceType == typeof(EcrCredentialProvider)
            && other.ServiceKey is { } otherKey && !otherKey.Equals(serviceKey) && otherKey.ToString() == optionsName))
        {
            throw new ArgumentException($"another service key has the same string \"{optionsName}\"; use different strings", nameof(serviceKey));
        }

        return optionsName;
    }

    private static IServiceCollection AddEcrServices(
        this IServiceCollection services, object? serviceKey, string optionsName, IConfiguration configuration)
    {
        var settings = new EcrSettings(configuration);
        services.Configure<EcrTokenCacheOptions>(optionsName, options => settings.Apply(optionsName, options));
        return services.AddEcrServices(serviceKey, optionsName, options => settings.Apply(optionsName, options));
    }

    private static IServiceCollection AddEcrServices(
        this IServiceCollection services,
        object? serviceKey,
        string optionsName,
        Func<IServiceProvider, IEcrTokenSource> createSource,
        Action<EcrCredentialProviderOptions>? configure)
    {
        // Not TryAdd: a library that the program uses may have added AWS already.
        services.AddKeyedSingleton(serviceKey, (provider, _) => provider.CreateCache(createSource(provider), ownsSource: true, optionsName));
        services.AddKeyedSingleton<IEcrTokenSource>(serviceKey, (provider, _) => provider.GetRequiredKeyedService<EcrTokenCache>(serviceKey));
        return services.AddEcrServices(serviceKey, optionsName, configure);
    }

    // With a null key the methods for keyed services add plain ones.
    private static IServiceCollection AddEcrServices(
        this IServiceCollection services, object? serviceKey, string optionsName, Action<EcrCredentialProviderOptions>? configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddEcrOptions(optionsName, configure);

        services.TryAddKeyedSingleton<IEcrTokenSource>(serviceKey, (provider, _) => provider.CreateCache(
            new EcrTokenClient(provider.GetRequiredService<TimeProvider>(), provider.CreateLogger()), ownsSource: true, optionsName));
        services.TryAddKeyedSingleton(serviceKey, (provider, _) =>
            provider.CreateCache(provider.GetRequiredKeyedService<IEcrTokenSource>(serviceKey), ownsSource: false, optionsName));
        services.TryAddKeyedSingleton(serviceKey, (provider, _) =>
            new EcrCredentialProvider(
                provider.GetRequiredKeyedService<EcrTokenCache>(serviceKey),
                provider.GetEcrOptions<EcrCredentialProviderOptions>(optionsName),
                provider.GetRequiredService<TimeProvider>(),
                provider.CreateLogger()));

        // The handlers of an HTTP client are created anew every few minutes. They share the provider.
        services.TryAddKeyedTransient(serviceKey, (provider, _) =>
            new EcrRegistryHandler(provider.GetRequiredKeyedService<EcrCredentialProvider>(serviceKey)));
        return services;
    }

    private static EcrTokenCache CreateCache(this IServiceProvider provider, IEcrTokenSource source, bool ownsSource, string optionsName) =>
        source as EcrTokenCache ?? new EcrTokenCache(
            source,
            ownsSource,
            provider.GetEcrOptions<EcrTokenCacheOptions>(optionsName),
            provider.GetRequiredService<TimeProvider>(),
            provider.CreateLogger());

    private static ILogger? CreateLogger(this IServiceProvider provider) => provider.GetService<ILoggerFactory>()?.CreateLogger("Ecr.Credentials");

    private static void AddEcrOptions(this IServiceCollection services, string optionsName, Action<EcrCredentialProviderOptions>? configure)
    {
        services.AddOptions<EcrCredentialProviderOptions>(optionsName).ValidateOnStart();
        services.AddOptions<EcrTokenCacheOptions>(optionsName).ValidateOnStart();
        if (configure is not null)
        {
            services.Configure<EcrCredentialProviderOptions>(optionsName, options => Configure(optionsName, options, configure));
        }

        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IValidateOptions<EcrCredentialProviderOptions>, EcrOptionsValidator>(),
            ServiceDescriptor.Singleton<IValidateOptions<EcrTokenCacheOptions>, EcrOptionsValidator>(),
        ]);
    }

    private static void Configure(string optionsName, EcrCredentialProviderOptions options, Action<EcrCredentialProviderOptions> configure)
    {
        try
        {
            configure(options);
        }
        catch (FormatException e)
        {
            throw new OptionsValidationException(
                optionsName, typeof(EcrCredentialProviderOptions), [$"{nameof(EcrCredentialProviderOptions)}: {e.Message}"]);
        }
    }

    private static TOptions GetEcrOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IServiceProvider provider, string optionsName)
        where TOptions : class =>
        provider.GetRequiredService<IOptionsMonitor<TOptions>>().Get(optionsName);
}
