using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Telemetry;

/// <summary>What the library tells those who listen to the meter and the activity source named <c>Ecr.Credentials</c>.</summary>
/// <remarks>
/// Names as OpenTelemetry writes them, <see href="https://opentelemetry.io/docs/specs/semconv/general/naming/"/>. Tags are the region and words of
/// this file: no host, image, account, token or message of an exception. Costs a check when nobody listens.
/// </remarks>
internal static class EcrTelemetry
{
    public const string Name = "Ecr.Credentials";

    public const string RequestsName = "ecr.credentials.cache.requests";
    public const string TokensName = "ecr.credentials.cache.tokens";
    public const string FetchDurationName = "ecr.credentials.fetch.duration";
    public const string FetchActivityName = "ecr.credentials.fetch";

    public const string ResultTag = "ecr.credentials.cache.result";
    public const string TriggerTag = "ecr.credentials.fetch.trigger";
    public const string RegionTag = "cloud.region";
    public const string ErrorTag = "error.type";

    private static readonly ActivitySource Activities = new(Name, ProductVersion.Text);
    private static readonly Meter Meter = new(Name, ProductVersion.Text);

    private static readonly Counter<long> Requests =
        Meter.CreateCounter<long>(RequestsName, "{request}", "Requests for a token, by how the cache answered them.");

    private static readonly UpDownCounter<long> Tokens =
        Meter.CreateUpDownCounter<long>(TokensName, "{token}", "Tokens that are held.");

    // A call takes some tens of milliseconds; with an identity to be found and retries, up to a minute.
    private static readonly Histogram<double> FetchDuration = Meter.CreateHistogram(
        FetchDurationName,
        "s",
        "How long calls for a token took, by what caused them and how they failed.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });

    public static void CountHit() => CountRequest("hit");

    public static void CountMiss() => CountRequest("miss");

    /// <summary>Counts a request that waited for a call which another one had caused.</summary>
    public static void CountSharedWait() => CountRequest("shared");

    public static void CountTokens(int difference) => Tokens.Add(difference);

    public static Activity? StartFetch(EcrRegistry registry, bool isRefresh, ActivityContext parent)
    {
        var activity = Activities.StartActivity(FetchActivityName, ActivityKind.Internal, parent);
        activity?.SetTag(RegionTag, registry.Region);
        activity?.SetTag(TriggerTag, Trigger(isRefresh));
        return activity;
    }

    /// <param name="activity">The activity, if anybody listens.</param>
    /// <param name="registry">The registry that was asked for.</param>
    /// <param name="isRefresh">Whether the call was a background refresh.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="failure">Why it failed; <see langword="null"/> if it did not.</param>
    public static void EndFetch(Activity? activity, EcrRegistry registry, bool isRefresh, TimeSpan duration, Exception? failure)
    {
        var error = failure is null ? null : ErrorType(failure);
        if (error is not null)
        {
            activity?.SetTag(ErrorTag, error);
            activity?.SetStatus(ActivityStatusCode.Error);
        }

        if (FetchDuration.Enabled)
        {
            var tags = new TagList { { RegionTag, registry.Region }, { TriggerTag, Trigger(isRefresh) } };
            if (error is not null)
            {
                tags.Add(ErrorTag, error);
            }

            FetchDuration.Record(duration.TotalSeconds, tags);
        }
    }

    private static void CountRequest(string result)
    {
        if (Requests.Enabled)
        {
            Requests.Add(1, new KeyValuePair<string, object?>(ResultTag, result));
        }
    }

    private static string Trigger(bool isRefresh) => isRefresh ? "refresh" : "caller";

    private static string ErrorType(Exception failure) => failure switch
    {
        EcrCredentialException e => e.Reason.ToString(),
        OperationCanceledException => "Canceled",
        _ => failure.GetType().FullName!,
    };
}
