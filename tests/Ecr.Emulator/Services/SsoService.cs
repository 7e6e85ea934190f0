using Ecr.Emulator.Server;
using Microsoft.AspNetCore.WebUtilities;

namespace Ecr.Emulator.Services;

/// <summary>
/// GetRoleCredentials of the portal of IAM Identity Center (SSO):
/// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
/// </summary>
internal sealed class SsoService(AwsEmulatorOptions options, EmulatedCredentials ssoCredentials)
{
    public const string Path = "/federation/credentials";
    public const string GetRoleCredentials = "GetRoleCredentials";
    private const string TokenHeader = "x-amz-sso_bearer_token";

    public Answer Handle(IncomingRequest request)
    {
        if (request.Operation is not GetRoleCredentials)
        {
            return JsonAnswer.UnknownOperation();
        }

        var query = QueryHelpers.ParseQuery(request.Query);
        if (!query.TryGetValue("account_id", out var account) || !query.TryGetValue("role_name", out var role))
        {
            return RestJsonAnswer.Error(new AwsError(400, "InvalidRequestException", "Both account_id and role_name are required."));
        }

        if (request.Headers.GetValueOrDefault(TokenHeader) != options.SsoAccessToken)
        {
            return RestJsonAnswer.Error(new AwsError(401, "UnauthorizedException", "Session token not found or invalid"));
        }

        if (account != options.AccountId || role != options.SsoRole)
        {
            return RestJsonAnswer.Error(new AwsError(403, "ForbiddenException", "No access"));
        }

        return RestJsonAnswer.Success(json =>
        {
            json.WriteStartObject("roleCredentials");
            json.WriteString("accessKeyId", ssoCredentials.AccessKeyId);
            json.WriteString("secretAccessKey", ssoCredentials.SecretAccessKey);
            json.WriteString("sessionToken", ssoCredentials.SessionToken);
            json.WriteNumber("expiration", ssoCredentials.Expiration!.Value.ToUnixTimeMilliseconds());
            json.WriteEndObject();
        });
    }
}
