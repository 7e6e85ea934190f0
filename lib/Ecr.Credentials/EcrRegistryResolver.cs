using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials;

/// <summary>Resolves the ECR registry whose password an image uses: by an alias, the host's own name, or the default region.</summary>
/// <param name="options">The aliases, and how unknown hosts are handled.</param>
/// <param name="logger">Receives a line for each use of an alias.</param>
/// <param name="findDefaultRegion">Finds the default region; <see langword="null"/> if there is none.</param>
internal sealed class EcrRegistryResolver(
    EcrCredentialProviderOptions options, ILogger logger, Func<CancellationToken, ValueTask<string?>> findDefaultRegion)
{
    private readonly EcrRegistryAlias[] _aliases = options.CopyRegistryAliases();
    private readonly ImagePatternSet? _patterns =
        options.RegistryAliases.Count > 0 ? new ImagePatternSet(options.RegistryAliases.Select(alias => alias.Pattern)) : null;

    private readonly UnknownRegistryHandling _unknownRegistry = options.UnknownRegistry;

    /// <exception cref="EcrCredentialException">The host is not an ECR registry, and no option covers it.</exception>
    public ValueTask<EcrRegistry> ResolveAsync(string image, CancellationToken cancellationToken)
    {
        if (TryResolveNamed(image, out var registry, out var error))
        {
            return ValueTask.FromResult(registry);
        }

        return UsesDefaultRegion(image)
            ? GetDefaultRegistryAsync(EcrRegistry.GetHost(image).ToString(), cancellationToken)
            : throw new EcrCredentialException(EcrCredentialErrorReason.NotAnEcrRegistry, error);
    }

    /// <summary>Whether <see cref="ResolveAsync"/> does not refuse the image's host.</summary>
    public bool Handles(string image) => Find(image) is not null || UsesDefaultRegion(image);

    /// <summary>The private registries of the default region.</summary>
    /// <exception cref="EcrCredentialException">No default region is configured.</exception>
    public ValueTask<EcrRegistry> ResolveDefaultAsync(CancellationToken cancellationToken) => GetDefaultRegistryAsync(host: null, cancellationToken);

    /// <summary>The registry that an alias or the host's own name names, never the one of the default region.</summary>
    public bool TryResolveNamed(
        string image, [NotNullWhen(true)] out EcrRegistry? registry, [NotNullWhen(false)] out string? error)
    {
        if (_patterns?.FirstMatch(image) is >= 0 and var alias)
        {
            Log.UsingAlias(logger, _aliases[alias]);
            registry = _aliases[alias].Registry;
            error = null;
            return true;
        }

        return EcrRegistry.TryParse(image, out registry, out error);
    }

    /// <summary>As <see cref="TryResolveNamed"/>, without logging.</summary>
    public EcrRegistry? Find(string image) =>
        _patterns?.FirstMatch(image) is >= 0 and var alias ? _aliases[alias].Registry
        : EcrRegistry.TryParse(image, out var registry, out _) ? registry
        : null;

    private bool UsesDefaultRegion(string image)
    {
        var host = EcrRegistry.GetHost(image);
        return _unknownRegistry == UnknownRegistryHandling.UseDefaultRegion && !host.IsEmpty && !host.Contains('@');
    }

    private async ValueTask<EcrRegistry> GetDefaultRegistryAsync(string? host, CancellationToken cancellationToken)
    {
        var region = await findDefaultRegion(cancellationToken).ConfigureAwait(false) ?? throw EcrCredentialException.InvalidConfiguration(
            host is null
                ? "no registry given and no default region configured: pass a host or set AWS_REGION"
                : $"{MessageText.Quote(host)} is not an Amazon ECR registry host, and no default region is configured for it: set AWS_REGION");
        return EcrRegistry.ForRegion(host ?? region, region) ?? throw EcrCredentialException.InvalidConfiguration(
            $"the default region {MessageText.Quote(region)} is not a valid AWS region: correct AWS_REGION or the profile's region");
    }

    private static class Log
    {
        private static readonly Action<ILogger, EcrRegistryAlias, Exception?> UsingAliasMessage = LoggerMessage.Define<EcrRegistryAlias>(
            LogLevel.Debug, LogEvents.UsingAlias, "Using the registry alias {Alias}");

        public static void UsingAlias(ILogger logger, EcrRegistryAlias alias) => UsingAliasMessage(logger, alias, null);
    }
}
