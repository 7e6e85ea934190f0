using System.Diagnostics;
using System.Diagnostics.Metrics;
using Ecr.Credentials.Registries;
using Microsoft.Extensions.Caching.Memory;

namespace Ecr.Credentials.Telemetry;

/// <summary>The library's metrics and traces, published by the meter and the activity source named <c>Ecr.Credentials</c>.</summary>
/// <remarks>
/// Names follow OpenTelemetry, <see href="https://opentelemetry.io/docs/specs/semconv/general/naming/"/>. Tag values are the region, constants of this
/// file and error types: never a host, image, account, token or exception message. Without a listener the cost is one check.
/// </remarks>
internal static class EcrTelemetry
{
    public const string Name = "Ecr.Credentials";

    public const string RequestsName = "ecr.credentials.cache.requests";
    public const string TokensName = "ecr.credentials.cache.tokens";
    public const string EvictionsName = "ecr.credentials.cache.evictions";
    public const string FetchDurationName = "ecr.credentials.fetch.duration";
    public const string FetchActivityName = "ecr.credentials.fetch";

    public const string ResultTag = "ecr.credentials.cache.result";
    public const string EvictionReasonTag = "ecr.credentials.cache.eviction.reason";
    public const string TriggerTag = "ecr.credentials.fetch.trigger";
    public const string RegionTag = "cloud.region";
    public const string ErrorTag = "error.type";

    private static readonly ActivitySource Activities = new(Name, ProductVersion.Text);
    private static readonly Meter Meter = new(Name, ProductVersion.Text);

    private static readonly Counter<long> Requests =
        Meter.CreateCounter<long>(RequestsName, "{request}", "Token requests by cache result.");

    private static readonly UpDownCounter<long> Tokens =
        Meter.CreateUpDownCounter<long>(TokensName, "{token}", "Cached tokens.");

    private static readonly Counter<long> Evictions =
        Meter.CreateCounter<long>(EvictionsName, "{token}", "Tokens that left the cache, by reason.");

    // A call takes tens of milliseconds; with credential resolution and retries, up to a minute.
    private static readonly Histogram<double> FetchDuration = Meter.CreateHistogram(
        FetchDurationName,
        "s",
        "Duration of token calls by trigger and error.",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });

    public static void CountHit() => CountRequest("hit");

    public static void CountMiss() => CountRequest("miss");

    /// <summary>Counts a request that waited for a call started by another request.</summary>
    public static void CountSharedWait() => CountRequest("shared");

    public static void CountTokens(int difference) => Tokens.Add(difference);

    /// <summary>Counts a token that left the cache without being replaced by a newer one.</summary>
    public static void CountEviction(EvictionReason reason)
    {
        if (reason != EvictionReason.Replaced && Evictions.Enabled)
        {
            Evictions.Add(1, new KeyValuePair<string, object?>(EvictionReasonTag, Describe(reason)));
        }
    }

    public static Activity? StartFetch(EcrRegistry registry, bool isRefresh, ActivityContext parent)
    {
        var activity = Activities.StartActivity(FetchActivityName, ActivityKind.Internal, parent);
        activity?.SetTag(RegionTag, registry.Region);
        activity?.SetTag(TriggerTag, Trigger(isRefresh));
        return activity;
    }

    /// <param name="activity">The activity; <see langword="null"/> if there is no listener.</param>
    /// <param name="registry">The registry of the request.</param>
    /// <param name="isRefresh">Whether the call was a background refresh.</param>
    /// <param name="duration">The duration of the call.</param>
    /// <param name="failure">The exception if the call failed; otherwise <see langword="null"/>.</param>
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

    private static string Describe(EvictionReason reason) => reason switch
    {
        EvictionReason.Capacity => "capacity",
        EvictionReason.Expired or EvictionReason.TokenExpired => "expired",
        _ => "removed",
    };

    private static string Trigger(bool isRefresh) => isRefresh ? "refresh" : "caller";

    private static string ErrorType(Exception failure) => failure switch
    {
        EcrCredentialException e => e.Reason.ToString(),
        OperationCanceledException => "Canceled",
        _ => failure.GetType().FullName!,
    };
}
