using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials;

/// <summary>Decides which ECR registry an image takes its password from: an alias, the host's own name, or the default region.</summary>
internal sealed class EcrRegistryResolver(EcrCredentialProviderOptions options)
{
    private readonly EcrRegistryAlias[] _aliases = options.CopyRegistryAliases();
    private readonly UnknownRegistryHandling _unknownRegistry = options.UnknownRegistry;
    private readonly ILogger _logger = options.Logger;

    /// <exception cref="EcrCredentialException">The host is no ECR registry, and nothing says what to do with it.</exception>
    public EcrRegistry Resolve(string image)
    {
        if (TryResolveNamed(image, out var registry, out var error))
        {
            return registry;
        }

        var host = EcrRegistry.GetHost(image);
        return _unknownRegistry == UnknownRegistryHandling.UseDefaultRegion && !host.IsEmpty && !host.Contains('@')
            ? GetDefaultRegistry(host.ToString())
            : throw new EcrCredentialException(
                EcrCredentialErrorReason.NotAnEcrRegistry,
                $"{error} Take it out of the kubelet's matchImages, or name the ECR registry behind it with a registry alias.");
    }

    /// <summary>The private registries of the default region.</summary>
    /// <exception cref="EcrCredentialException">There is no default region.</exception>
    public static EcrRegistry ResolveDefault() => GetDefaultRegistry(host: null);

    /// <summary>The registry that an alias or the host's own name tells, never the one of the default region.</summary>
    public bool TryResolveNamed(
        string image, [NotNullWhen(true)] out EcrRegistry? registry, [NotNullWhen(false)] out string? error)
    {
        foreach (var alias in _aliases)
        {
            if (alias.Pattern.IsMatch(image))
            {
                Log.UsingAlias(_logger, alias);
                registry = alias.Registry;
                error = null;
                return true;
            }
        }

        return EcrRegistry.TryParse(image, out registry, out error);
    }

    private static EcrRegistry GetDefaultRegistry(string? host)
    {
        var region = AwsDefaultRegion.Find() ?? throw new EcrCredentialException(
            EcrCredentialErrorReason.InvalidConfiguration,
            host is null
                ? "No registry is named, and there is no default region. Name a registry, or set AWS_REGION."
                : $"{MessageText.Quote(host)} is not an Amazon ECR registry host, and there is no default region for it. Set AWS_REGION.");

        return EcrRegistry.ForRegion(host ?? region, region) ?? throw new EcrCredentialException(
            EcrCredentialErrorReason.InvalidConfiguration,
            $"The default region {MessageText.Quote(region)} is not the name of an AWS region. Correct AWS_REGION or the profile's region.");
    }

    private static class Log
    {
        private static readonly Action<ILogger, EcrRegistryAlias, Exception?> UsingAliasMessage = LoggerMessage.Define<EcrRegistryAlias>(
            LogLevel.Debug, new EventId(1, nameof(UsingAlias)), "Using the registry alias {Alias}");

        public static void UsingAlias(ILogger logger, EcrRegistryAlias alias) => UsingAliasMessage(logger, alias, null);
    }
}
