using System.Text;

namespace Ecr.Credentials.Shim.Doctor;

/// <summary>Shows on a terminal which checks are running, once they have run for a second. The line is gone when they have ended.</summary>
internal sealed class DoctorProgress : IDisposable
{
    private const string EraseLine = "\r\u001b[K";
    private const int Width = 79;

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _writing = new();
    private readonly List<string> _running = [];
    private readonly Stream? _terminal;
    private readonly ITimer? _timer;
    private string _shown = "";

    private DoctorProgress(Stream? terminal, TimeProvider timeProvider)
    {
        _terminal = terminal;
        _timer = terminal is null ? null : timeProvider.CreateTimer(_ => Show(), null, Delay, Interval);
    }

    /// <summary>Starts to show on standard error, unless that is not a terminal.</summary>
    public static DoctorProgress Start(TimeProvider timeProvider)
    {
        var isTerminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or null);
        return new DoctorProgress(isTerminal ? StandardStream.OpenError() : null, timeProvider);
    }

    /// <summary>Called when a check begins (true) and ends.</summary>
    public void Report(string check, bool isRunning)
    {
        lock (_writing)
        {
            if (isRunning)
            {
                _running.Add(check);
            }
            else
            {
                _running.Remove(check);
            }
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_writing)
        {
            Write(_shown.Length > 0 ? EraseLine : "");
            _shown = "";
            _terminal?.Dispose();
        }
    }

    private void Show()
    {
        lock (_writing)
        {
            var line = $"Checking {string.Join(", ", _running)} ...";
            line = line.Length > Width ? line[..Width] : line;
            if (_running.Count > 0 && line != _shown && _terminal is { CanWrite: true })
            {
                Write(EraseLine + line);
                _shown = line;
            }
        }
    }

    private void Write(string text)
    {
        try
        {
            _terminal?.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException)
        {
            // The terminal is gone; the report is not for it then.
        }
    }
}
