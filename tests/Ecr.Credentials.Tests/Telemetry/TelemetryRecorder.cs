using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Ecr.Credentials.Telemetry;

namespace Ecr.Credentials.Tests.Telemetry;

/// <summary>Records the library's measurements as text, and its activities.</summary>
internal sealed class TelemetryRecorder : IDisposable
{
    private readonly Lock _gate = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly List<string> _measurements = [];
    private readonly List<Activity> _stopped = [];
    private readonly TaskCompletionSource _tokenEvicted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TelemetryRecorder()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Ecr.Credentials")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _meters.Start();

        _activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Ecr.Credentials" or nameof(TelemetryRecorder),
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (_gate)
                {
                    _stopped.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_activities);
    }

    /// <summary>Completes when a token has been evicted, which a memory cache reports on another thread.</summary>
    public Task TokenEvicted => _tokenEvicted.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Returns the measurements since the last call, each as "name value unit tag=value ...".</summary>
    public string[] TakeMeasurements()
    {
        lock (_gate)
        {
            string[] taken = [.. _measurements];
            _measurements.Clear();
            return taken;
        }
    }

    public Activity[] TakeActivities()
    {
        lock (_gate)
        {
            Activity[] taken = [.. _stopped];
            _stopped.Clear();
            return taken;
        }
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    private void Record<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{instrument.Name} {value} {instrument.Unit}");
        foreach (var tag in tags)
        {
            text += $" {tag.Key}={tag.Value}";
        }

        // Tokens of earlier tests may be evicted at any time.
        if (instrument.Name == EcrTelemetry.TokensName && value is -1L)
        {
            _tokenEvicted.TrySetResult();
            return;
        }

        lock (_gate)
        {
            _measurements.Add(text);
        }
    }
}
