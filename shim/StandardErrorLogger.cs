using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Shim;

/// <summary>Writes each message as one line to standard error. A closed or full standard error does not fail the exchange.</summary>
internal sealed class StandardErrorLogger(StandardError error) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _ = error.TryWriteLine($"ecr-credential-provider: {formatter(state, exception)}");
}
