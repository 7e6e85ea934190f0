using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Http;

/// <summary>Logs the settings that change calls, each with the variable or section that sets it.</summary>
internal static class SettingsLog
{
    private static readonly Action<ILogger, string, string, string, Exception?> SettingInEffectMessage =
        LoggerMessage.Define<string, string, string>(LogLevel.Debug, LogEvents.SettingInEffect, "{Setting}: {Value} ({Source})");

    /// <summary>Logs the configured endpoint of a service that is called for credentials.</summary>
    public static void EndpointInEffect(ILogger logger, AwsSettings settings, string serviceId)
    {
        if (logger.IsEnabled(LogLevel.Debug) && settings.FindEndpointInEffect($"{serviceId} endpoint", serviceId) is { } endpoint)
        {
            SettingInEffect(logger, endpoint);
        }
    }

    public static void SettingInEffect(ILogger logger, SettingInEffect setting) =>
        SettingInEffectMessage(logger, setting.Name, setting.Value, setting.Source, null);
}
