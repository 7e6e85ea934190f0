using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Shim;

/// <summary>Writes each message as one line to standard error.</summary>
internal sealed class StandardErrorLogger : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Console.Error.WriteLine($"ecr-credential-provider: {formatter(state, exception)}");
}
