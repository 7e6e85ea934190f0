using System.Text.Json;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.SSO;
using Amazon.SSO.Model;
using Amazon.SSOOIDC;
using Amazon.SSOOIDC.Model;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// Credentials of a role in IAM Identity Center, after <c>aws sso login</c>:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SsoCredentials(HttpClientFactory httpClientFactory, Func<string, string?> environment, TimeProvider timeProvider)
{
    // As in every AWS tool.
    private static readonly TimeSpan RefreshWindow = TimeSpan.FromMinutes(5);

    /// <exception cref="EcrCredentialException">The user is not signed in, the session has expired, or IAM Identity Center denies the role.</exception>
    public async Task<ResolvedCredentials> GetAsync(SsoSettings settings, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var token = await GetTokenAsync(settings, lookup, cancellationToken).ConfigureAwait(false);
        var config = new AmazonSSOConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region), HttpClientFactory = httpClientFactory }
            .Apply(lookup.Settings)
            .ApplyEndpoint(lookup.Settings, lookup.Logger);
        var request = new GetRoleCredentialsRequest { AccessToken = token.AccessToken, AccountId = settings.AccountId, RoleName = settings.RoleName };
        var call = Describe(config, request, settings) with { Secrets = [token.AccessToken] };
        lookup.Progress.WaitingFor = $"waiting for {MessageText.Address(call.Endpoint)} to return the role of {settings.Profile}";
        try
        {
            using var client = new AmazonSSOClient(new AnonymousAWSCredentials(), config);
            var response = await client.GetRoleCredentialsAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.RoleCredentials is not { AccessKeyId.Length: > 0, SecretAccessKey.Length: > 0 } credentials)
            {
                throw new InvalidDataException("The response contains no credentials.");
            }

            return new ResolvedCredentials(
                new ImmutableCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken),
                $"the SSO session of {settings.Profile}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, call) is { } failure)
        {
            throw failure.WithContext(
                $"cannot get credentials for the role {MessageText.Quote(settings.RoleName)} in account {MessageText.Quote(settings.AccountId)} "
                    + $"of {settings.Profile}");
        }
    }

    private static AwsCallDescription Describe(ClientConfig config, AmazonWebServiceRequest request, SsoSettings settings) =>
        new(
            new Uri(config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(request)).URL),
            settings.Region,
            "Assign the account and the role to the user in IAM Identity Center.")
        {
            ExpiredMessage = $"the SSO session has expired. {LoginAdvice(settings)}",
        };

    private static string LoginAdvice(SsoSettings settings) => $"Run \"aws sso login --profile {MessageText.OneLine(settings.Profile.Name)}\".";

    private async Task<SsoToken> GetTokenAsync(SsoSettings settings, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var home = HomeDirectory.Find(environment)
            ?? throw NotSignedIn($"there is no home directory with the SSO session of {settings.Profile}. Set HOME to an absolute path.");
        var file = SsoTokenFile.Of(home, settings.CacheKey);
        var token = file.Read() ?? throw NotSignedIn($"not signed in to {settings.Profile}: there is no token in {file}. {LoginAdvice(settings)}");

        var now = timeProvider.GetUtcNow();
        var isValid = token.ExpiresAt > now;
        if (isValid && token.ExpiresAt - now > RefreshWindow)
        {
            return token;
        }

        if (!token.IsRefreshable(now))
        {
            return isValid ? token : throw NotSignedIn($"the SSO session of {settings.Profile} has expired. {LoginAdvice(settings)}");
        }

        try
        {
            return await RefreshAsync(token, file, settings, lookup, cancellationToken).ConfigureAwait(false);
        }
        catch (EcrCredentialException e) when (isValid)
        {
            Log.SsoRefreshFailed(lookup.Logger, settings.Profile, e.Message);
            return token;
        }
    }

    private async Task<SsoToken> RefreshAsync(
        SsoToken token, SsoTokenFile file, SsoSettings settings, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var config = new AmazonSSOOIDCConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region), HttpClientFactory = httpClientFactory }
            .Apply(lookup.Settings)
            .ApplyEndpoint(lookup.Settings, lookup.Logger);
        var request = new CreateTokenRequest
        {
            ClientId = token.ClientId,
            ClientSecret = token.ClientSecret,
            GrantType = "refresh_token",
            RefreshToken = token.RefreshToken,
        };
        var call = Describe(config, request, settings) with { Secrets = [token.RefreshToken, token.ClientSecret] };
        lookup.Progress.WaitingFor = $"waiting for {MessageText.Address(call.Endpoint)} to refresh the SSO session of {settings.Profile}";
        try
        {
            using var client = new AmazonSSOOIDCClient(new AnonymousAWSCredentials(), config);
            var response = await client.CreateTokenAsync(request, cancellationToken).ConfigureAwait(false);
            if (!HttpHeaderValue.IsValid(response.AccessToken))
            {
                throw new InvalidDataException("The response contains no token.");
            }

            var refreshed = new SsoToken
            {
                AccessToken = response.AccessToken,
                ExpiresAt = timeProvider.GetUtcNow().AddSeconds(response.ExpiresIn ?? 0),
                RefreshToken = response.RefreshToken ?? token.RefreshToken,
            };
            Store(refreshed, file, settings, lookup.Logger);
            return refreshed;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Translate(e, call) is { } failure)
        {
            throw failure.WithContext($"cannot refresh the SSO session of {settings.Profile}");
        }
    }

    // The refreshed token is used even if the home directory is read-only or the file was damaged in the meantime.
    private static void Store(SsoToken token, SsoTokenFile file, SsoSettings settings, ILogger logger)
    {
        try
        {
            file.Replace(token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.SsoTokenNotStored(logger, settings.Profile, e.Message);
        }
    }

    private static EcrCredentialException NotSignedIn(string message) => new(EcrCredentialErrorReason.NoAwsCredentials, message);

    private static class Log
    {
        private static readonly Action<ILogger, ConfigSection, string, Exception?> SsoRefreshFailedMessage = LoggerMessage.Define<ConfigSection, string>(
            LogLevel.Debug, LogEvents.SsoRefreshFailed, "Could not refresh the SSO session of {Profile}, which is still valid: {Reason}");

        private static readonly Action<ILogger, ConfigSection, string, Exception?> SsoTokenNotStoredMessage = LoggerMessage.Define<ConfigSection, string>(
            LogLevel.Warning, LogEvents.SsoTokenNotStored, "Could not store the refreshed SSO session of {Profile}: {Reason}");

        public static void SsoRefreshFailed(ILogger logger, ConfigSection profile, string reason) => SsoRefreshFailedMessage(logger, profile, reason, null);

        public static void SsoTokenNotStored(ILogger logger, ConfigSection profile, string reason) =>
            SsoTokenNotStoredMessage(logger, profile, MessageText.OneLine(reason), null);
    }
}
