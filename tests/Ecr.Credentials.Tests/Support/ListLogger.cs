using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Support;

/// <summary>Collects log messages of every category as <c>Level: text</c>, followed by the full text of the exception.</summary>
internal sealed class ListLogger : ILogger, ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}{exception}");

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }
}
