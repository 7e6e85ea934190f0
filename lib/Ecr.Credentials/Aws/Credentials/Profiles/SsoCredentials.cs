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
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;
using ILogger = Microsoft.Extensions.Logging.ILogger;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// Credentials of a role for which somebody has signed in with <c>aws sso login</c>:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html"/>.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SsoCredentials(HttpClientFactory httpClientFactory, Func<string, string?> environment, TimeProvider timeProvider)
{
    /// <summary>How long before a token's end it is renewed, as by every AWS tool.</summary>
    private static readonly TimeSpan RenewalWindow = TimeSpan.FromMinutes(5);

    /// <exception cref="EcrCredentialException">Nobody is signed in, the sign-in has expired, or IAM Identity Center does not give the role.</exception>
    public async Task<ResolvedCredentials> GetAsync(SsoSettings settings, CredentialLookup search, CancellationToken cancellationToken)
    {
        var token = await GetTokenAsync(settings, search, cancellationToken).ConfigureAwait(false);
        var config = new AmazonSSOConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region), HttpClientFactory = httpClientFactory }
            .PreferConfiguredEndpoint();
        var request = new GetRoleCredentialsRequest { AccessToken = token.AccessToken, AccountId = settings.AccountId, RoleName = settings.RoleName };
        var call = Describe(config, request, settings);
        search.PendingStep = $"{call.Endpoint} had not answered yet; it was asked for the role of {settings.Profile}.";
        try
        {
            using var client = new AmazonSSOClient(new AnonymousAWSCredentials(), config);
            var response = await client.GetRoleCredentialsAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.RoleCredentials is not { AccessKeyId: not null, SecretAccessKey: not null } credentials)
            {
                throw new InvalidDataException("There are no credentials in the answer.");
            }

            return new ResolvedCredentials(
                new ImmutableCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken), $"the sign-in of {settings.Profile}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Explain(e, call) is { } failure)
        {
            throw new EcrCredentialException(
                failure.Reason,
                $"IAM Identity Center does not give the role {MessageText.Quote(settings.RoleName)} of the account {MessageText.Quote(settings.AccountId)} for {settings.Profile}. {failure.Message}",
                e)
            {
                ErrorCode = failure.ErrorCode,
                RequestId = failure.RequestId,
            };
        }
    }

    private static AwsCallDescription Describe(ClientConfig config, AmazonWebServiceRequest request, SsoSettings settings) =>
        new(
            new Uri(config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(request)).URL),
            settings.Region,
            "Assign account and role to the user in IAM Identity Center.")
        {
            ExpiredMessage = $"The sign-in has ended. {SignIn(settings)}",
        };

    private static string SignIn(SsoSettings settings) => $"Run \"aws sso login --profile {MessageText.OneLine(settings.Profile.Name)}\".";

    private async Task<SsoToken> GetTokenAsync(SsoSettings settings, CredentialLookup search, CancellationToken cancellationToken)
    {
        var home = HomeDirectory.Find(environment)
            ?? throw NotSignedIn($"There is no home directory with the sign-in of {settings.Profile}. Set HOME.");
        var file = SsoTokenFile.Of(home, settings.SignIn);
        var token = file.Read() ?? throw NotSignedIn($"Nobody is signed in for {settings.Profile}: there is no token in {file}. {SignIn(settings)}");

        var now = timeProvider.GetUtcNow();
        var isValid = token.ExpiresAt > now;
        if (isValid && token.ExpiresAt - now > RenewalWindow)
        {
            return token;
        }

        if (!token.IsRenewable(now))
        {
            return isValid ? token : throw NotSignedIn($"The sign-in for {settings.Profile} has expired. {SignIn(settings)}");
        }

        try
        {
            return await RenewAsync(token, file, settings, search, cancellationToken).ConfigureAwait(false);
        }
        catch (EcrCredentialException e) when (isValid)
        {
            Log.NotRenewed(search.Logger, settings.Profile, e.Message);
            return token;
        }
    }

    private async Task<SsoToken> RenewAsync(
        SsoToken token, SsoTokenFile file, SsoSettings settings, CredentialLookup search, CancellationToken cancellationToken)
    {
        var config = new AmazonSSOOIDCConfig { RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region), HttpClientFactory = httpClientFactory }
            .PreferConfiguredEndpoint();
        var request = new CreateTokenRequest
        {
            ClientId = token.ClientId,
            ClientSecret = token.ClientSecret,
            GrantType = "refresh_token",
            RefreshToken = token.RefreshToken,
        };
        var call = Describe(config, request, settings);
        search.PendingStep = $"{call.Endpoint} had not answered yet; it was asked to renew the sign-in of {settings.Profile}.";
        try
        {
            using var client = new AmazonSSOOIDCClient(new AnonymousAWSCredentials(), config);
            var response = await client.CreateTokenAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.AccessToken is null)
            {
                throw new InvalidDataException("There is no token in the answer.");
            }

            var renewed = new SsoToken
            {
                AccessToken = response.AccessToken,
                ExpiresAt = timeProvider.GetUtcNow().AddSeconds(response.ExpiresIn ?? 0),
                RefreshToken = response.RefreshToken ?? token.RefreshToken,
            };
            Keep(renewed, file, settings, search.Logger);
            return renewed;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AwsErrors.Explain(e, call) is { } failure)
        {
            throw new EcrCredentialException(failure.Reason, $"The sign-in for {settings.Profile} cannot be renewed. {failure.Message}", e)
            {
                ErrorCode = failure.ErrorCode,
                RequestId = failure.RequestId,
            };
        }
    }

    // The token serves this time even where the home directory cannot be written.
    private static void Keep(SsoToken token, SsoTokenFile file, SsoSettings settings, ILogger logger)
    {
        try
        {
            file.Renew(token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, settings.Profile, e.Message);
        }
    }

    private static EcrCredentialException NotSignedIn(string message) => new(EcrCredentialErrorReason.NoAwsCredentials, message);

    private static class Log
    {
        private static readonly Action<ILogger, ConfigSection, string, Exception?> NotRenewedMessage = LoggerMessage.Define<ConfigSection, string>(
            LogLevel.Debug, new EventId(1, nameof(NotRenewed)), "The sign-in of {Profile} was not renewed, and is still valid: {Why}");

        private static readonly Action<ILogger, ConfigSection, string, Exception?> NotKeptMessage = LoggerMessage.Define<ConfigSection, string>(
            LogLevel.Warning, new EventId(2, nameof(NotKept)), "The renewed sign-in of {Profile} cannot be kept: {Why}");

        public static void NotRenewed(ILogger logger, ConfigSection profile, string why) => NotRenewedMessage(logger, profile, why, null);

        public static void NotKept(ILogger logger, ConfigSection profile, string why) =>
            NotKeptMessage(logger, profile, MessageText.OneLine(why), null);
    }
}
