using System.Text.Json;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Signin;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// Credentials of a user who signed in with <c>aws login</c>: <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-login-credentials.html"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class LoginCredentials(HttpClientFactory httpClientFactory, Func<string, string?> environment, TimeProvider timeProvider)
{
    // As in every AWS tool.
    private static readonly TimeSpan RefreshWindow = TimeSpan.FromMinutes(5);

    /// <param name="session">The ARN of the signed-in user or role, the value of <c>login_session</c>.</param>
    /// <param name="profile">The profile that names it.</param>
    /// <param name="lookup">What the credentials are for.</param>
    /// <param name="cancellationToken">Cancels the refresh.</param>
    /// <exception cref="EcrCredentialException">The user is not signed in, or the session has expired or is denied.</exception>
    public async Task<ResolvedCredentials> GetAsync(string session, ConfigSection profile, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var origin = $"the sign-in of {profile}";
        var file = LoginTokenFile.Of(environment, session);
        var token = Read(file, profile);

        var now = timeProvider.GetUtcNow();
        if (token.ExpiresAt - now > RefreshWindow)
        {
            return new ResolvedCredentials(token.Credentials, origin);
        }

        try
        {
            var refreshed = await RefreshAsync(token, file, profile, lookup, cancellationToken).ConfigureAwait(false);
            var credentials = new ResolvedCredentials(refreshed.Credentials, origin);
            Store(refreshed, file, profile, lookup.Logger);
            return credentials;
        }
        catch (EcrCredentialException e) when (token.ExpiresAt > now)
        {
            Log.LoginRefreshFailed(lookup.Logger, profile, e.Message);
            return new ResolvedCredentials(token.Credentials, origin);
        }
    }

    private static LoginToken Read(LoginTokenFile file, ConfigSection profile)
    {
        try
        {
            return file.Read() ?? throw NotSignedIn($"not signed in to {profile} (login_session): there is no session in {file}. {LoginAdvice(profile)}");
        }
        catch (FormatException e)
        {
            throw NotSignedIn($"the session of {profile} in {file} is invalid: {MessageText.OneLine(e.Message)}. {LoginAdvice(profile)}", e);
        }
    }

    private async Task<LoginToken> RefreshAsync(
        LoginToken token, LoginTokenFile file, ConfigSection profile, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        using var key = Import(token.DpopKey, file, profile);
        var config = new SigninServiceConfig(lookup.Registry, lookup.Settings, httpClientFactory);
        SettingsLog.EndpointInEffect(lookup.Logger, lookup.Settings, config.ServiceId);
        var call = config.Call with { Secrets = [token.RefreshToken] };
        lookup.Progress.WaitingFor = $"waiting for {MessageText.Address(config.Endpoint)} to refresh the sign-in of {profile}";
        try
        {
            using var client = new SigninServiceClient(config, key, timeProvider);
            var response = await client.CreateOAuth2TokenAsync(new CreateOAuth2TokenRequest(token.ClientId, token.RefreshToken), cancellationToken)
                .ConfigureAwait(false);
            return new LoginToken
            {
                Credentials = response.Credentials ?? throw new InvalidDataException("The response contains no credentials."),
                ExpiresAt = timeProvider.GetUtcNow().AddSeconds(response.ExpiresIn ?? 0),
                RefreshToken = response.RefreshToken ?? token.RefreshToken,
                ClientId = token.ClientId,
                DpopKey = token.DpopKey,
            };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, call) is { } failure)
        {
            throw Explain(failure, profile);
        }
    }

    // https://docs.aws.amazon.com/signin/latest/APIReference/API_CreateOAuth2Token.html
    private static EcrCredentialException Explain(EcrCredentialException failure, ConfigSection profile)
    {
        var explanation = failure.ErrorCode switch
        {
            "TOKEN_EXPIRED" or "AUTHCODE_EXPIRED" => $"the sign-in of {profile} has expired. {LoginAdvice(profile)}",
            "USER_CREDENTIALS_CHANGED" => $"the password of the user of {profile} has changed since the sign-in. {LoginAdvice(profile)}",
            "INSUFFICIENT_PERMISSIONS" => $"AWS denies the refresh of the sign-in of {profile}: allow signin:CreateOAuth2Token for the user or role",
            _ => null,
        };
        return explanation is null
            ? failure.WithContext($"cannot refresh the sign-in of {profile}")
            : new EcrCredentialException(EcrCredentialErrorReason.AwsCredentialsRejected, explanation, failure.InnerException)
            {
                ErrorCode = failure.ErrorCode,
                RequestId = failure.RequestId,
            };
    }

    private static DpopKey Import(string pem, LoginTokenFile file, ConfigSection profile)
    {
        try
        {
            return DpopKey.Import(pem);
        }
        catch (FormatException e)
        {
            throw NotSignedIn($"the session of {profile} in {file} is invalid: dpopKey is {MessageText.OneLine(e.Message)}. {LoginAdvice(profile)}", e);
        }
    }

    // The refreshed credentials are used even if the home directory is read-only or the file was damaged in the meantime.
    private static void Store(LoginToken token, LoginTokenFile file, ConfigSection profile, ILogger logger)
    {
        try
        {
            file.Replace(token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            Log.LoginTokenNotStored(logger, profile, e.Message);
        }
    }

    private static string LoginAdvice(ConfigSection profile) => $"Run \"aws login --profile {MessageText.OneLine(profile.Name)}\".";

    private static EcrCredentialException NotSignedIn(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.NoAwsCredentials, message, cause);

    private static class Log
    {
        private static readonly Action<ILogger, ConfigSection, string, Exception?> LoginRefreshFailedMessage = LoggerMessage.Define<ConfigSection, string>(
            LogLevel.Debug, LogEvents.LoginRefreshFailed, "Could not refresh the sign-in of {Profile}, which is still valid: {Reason}");

        private static readonly Action<ILogger, ConfigSection, string, Exception?> LoginTokenNotStoredMessage = LoggerMessage.Define<ConfigSection, string>(
            LogLevel.Warning, LogEvents.LoginTokenNotStored, "Could not store the refreshed sign-in of {Profile}: {Reason}");

        public static void LoginRefreshFailed(ILogger logger, ConfigSection profile, string reason) =>
            LoginRefreshFailedMessage(logger, profile, reason, null);

        public static void LoginTokenNotStored(ILogger logger, ConfigSection profile, string reason) =>
            LoginTokenNotStoredMessage(logger, profile, MessageText.OneLine(reason), null);
    }
}
