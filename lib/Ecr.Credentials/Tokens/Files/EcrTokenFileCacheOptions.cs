using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>Options of an <see cref="EcrTokenFileCache"/>, read once when it is created.</summary>
public sealed class EcrTokenFileCacheOptions
{
    /// <summary>
    /// Returns a key of the configuration from which the source takes its credentials and endpoints: one line of text, without secrets. Tokens that were
    /// stored under another key are not used. By default the AWS environment variables and shared config files if the source is an
    /// <c>EcrTokenClient</c>, and the same key always for other sources.
    /// </summary>
    public Func<string>? ConfigurationKey { get; set; }

    /// <summary>The clock; the system clock by default.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Receives diagnostics, without secrets; none by default.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Logger);
    }
}
