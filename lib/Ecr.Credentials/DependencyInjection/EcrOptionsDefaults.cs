using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Ecr.Credentials.DependencyInjection;

/// <summary>Sets the clock and logger of the container in options that have none of their own.</summary>
internal sealed class EcrOptionsDefaults(TimeProvider timeProvider, ILoggerFactory? loggerFactory = null)
    : IPostConfigureOptions<EcrCredentialProviderOptions>, IPostConfigureOptions<EcrTokenCacheOptions>
{
    private readonly ILogger _logger = loggerFactory?.CreateLogger("Ecr.Credentials") ?? NullLogger.Instance;

    public void PostConfigure(string? name, EcrCredentialProviderOptions options)
    {
        options.TimeProvider = OrDefault(options.TimeProvider);
        options.Logger = OrDefault(options.Logger);
    }

    public void PostConfigure(string? name, EcrTokenCacheOptions options)
    {
        options.TimeProvider = OrDefault(options.TimeProvider);
        options.Logger = OrDefault(options.Logger);
    }

    private TimeProvider OrDefault(TimeProvider configured) => configured == TimeProvider.System ? timeProvider : configured;

    private ILogger OrDefault(ILogger configured) => configured == NullLogger.Instance ? _logger : configured;
}
