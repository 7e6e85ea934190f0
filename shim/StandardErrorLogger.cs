using Ecr.Credentials.Programs;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Shim;

/// <summary>Writes each message as one line to standard error. A closed standard error does not fail the exchange.</summary>
internal sealed class StandardErrorLogger : ILogger
{
    private readonly TextWriter _error = TextWriter.Synchronized(new StreamWriter(StandardStream.OpenError()) { AutoFlush = true });

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Exchange.TryWriteLine(_error, $"ecr-credential-provider: {formatter(state, exception)}");
}
