using System.Globalization;
using System.Text.RegularExpressions;
using Ecr.Emulator.Endpoints;
using Ecr.Emulator.Identities;
using Ecr.Emulator.Server;
using Ecr.Emulator.Signing;

namespace Ecr.Emulator.Services;

/// <summary>
/// AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity of STS:
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
/// </summary>
internal sealed class StsService(AwsEmulatorOptions options, CredentialRegistry credentials)
{
    public const string AssumeRole = "AssumeRole";
    public const string AssumeRoleWithWebIdentity = "AssumeRoleWithWebIdentity";
    public const string GetCallerIdentity = "GetCallerIdentity";

    /// <param name="request">A form that contains an Action.</param>
    /// <param name="verdict">The signer of the request, and its region.</param>
    public Answer Handle(IncomingRequest request, SigV4Verdict verdict) => request.Operation switch
    {
        AssumeRole => HandleAssumeRole(request, verdict),
        AssumeRoleWithWebIdentity => HandleAssumeRoleWithWebIdentity(request),
        GetCallerIdentity => HandleGetCallerIdentity(verdict.Credentials!),
        _ => QueryAnswer.Error(new AwsError(400, "InvalidAction", $"Could not find operation {request.Operation} for version 2011-06-15")),
    };

    private Answer HandleAssumeRole(IncomingRequest request, SigV4Verdict verdict)
    {
        var form = request.Form;
        if (FindInvalidParameter(form) is { } invalid)
        {
            return QueryAnswer.Error(invalid);
        }

        var roleArn = form["RoleArn"];
        if (!IsAssumable(
            roleArn, verdict.Authorization!.Scope.Region) || (options.ExternalId is { } externalId && form.GetValueOrDefault("ExternalId") != externalId))
        {
            return QueryAnswer.Error(new AwsError(
                403, "AccessDenied", $"User: {verdict.Credentials!.PrincipalArn} is not authorized to perform: sts:AssumeRole on resource: {roleArn}"));
        }

        return QueryAnswer.Success(AssumeRole, IssueSession(form));
    }

    private Answer HandleAssumeRoleWithWebIdentity(IncomingRequest request)
    {
        var form = request.Form;
        if (FindInvalidParameter(form) is { } invalid)
        {
            return QueryAnswer.Error(invalid);
        }

        var token = form.GetValueOrDefault("WebIdentityToken", "");
        if (token == options.ExpiredWebIdentityToken)
        {
            return QueryAnswer.Error(new AwsError(400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"));
        }

        if (token != options.WebIdentityToken)
        {
            return QueryAnswer.Error(
                new AwsError(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"));
        }

        if (!IsAssumable(form["RoleArn"], AwsHost.Parse(request.Host)?.Region))
        {
            return QueryAnswer.Error(AwsError.NotAuthorized("sts:AssumeRoleWithWebIdentity"));
        }

        return QueryAnswer.Success(
            AssumeRoleWithWebIdentity,
            [
                .. IssueSession(form),
                QueryAnswer.Element("SubjectFromWebIdentityToken", "system:serviceaccount:emulated:default"),
                QueryAnswer.Element("Audience", "sts.amazonaws.com"),
            ]);
    }

    private Answer HandleGetCallerIdentity(EmulatedCredentials caller) => QueryAnswer.Success(
        GetCallerIdentity,
        QueryAnswer.Element("Arn", caller.PrincipalArn),
        QueryAnswer.Element("UserId", "AIDAEMULATED"),
        QueryAnswer.Element("Account", options.AccountId));

    private object[] IssueSession(IReadOnlyDictionary<string, string> form)
    {
        var roleArn = form["RoleArn"];

        // The path of the role is not part of the session's ARN.
        var roleName = roleArn[(roleArn.LastIndexOf('/') + 1)..];
        var session = credentials.IssueSession(
            roleArn[..roleArn.IndexOf(":role/", StringComparison.Ordinal)].Replace(":iam:", ":sts:", StringComparison.Ordinal)
                + $":assumed-role/{roleName}/{form["RoleSessionName"]}",
            TimeSpan.FromSeconds(Duration(form)!.Value));
        return
        [
            QueryAnswer.Element(
                "Credentials",
                QueryAnswer.Element("AccessKeyId", session.AccessKeyId),
                QueryAnswer.Element("SecretAccessKey", session.SecretAccessKey),
                QueryAnswer.Element("SessionToken", session.SessionToken!),
                QueryAnswer.Element("Expiration", session.Expiration!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
            QueryAnswer.Element(
                "AssumedRoleUser",
                QueryAnswer.Element("AssumedRoleId", $"AROAEMULATED:{form["RoleSessionName"]}"),
                QueryAnswer.Element("Arn", session.PrincipalArn)),
        ];
    }

    /// <param name="roleArn">The ARN of a role in any partition.</param>
    /// <param name="region">The region in which STS is called; null if the request does not say. A role exists in its own partition only.</param>
    private bool IsAssumable(string roleArn, string? region) =>
        (region is null || AwsPartition.OfRegion(region)?.Name == roleArn.Split(':')[1])
        && (options.AssumableRoles is not { } roles || roles.Contains(roleArn));

    private static AwsError? FindInvalidParameter(IReadOnlyDictionary<string, string> form)
    {
        if (form.GetValueOrDefault("Version") != "2011-06-15")
        {
            return new AwsError(
                400, "InvalidAction", $"Could not find operation {form["Action"]} for version {form.GetValueOrDefault("Version", "NO_VERSION_SPECIFIED")}");
        }

        static AwsError Invalid(string name, string constraint) => new(
            400, "ValidationError", $"1 validation error detected: Value at '{name}' failed to satisfy constraint: {constraint}");

        if (!Regex.IsMatch(form.GetValueOrDefault("RoleArn", ""), @"\Aarn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+\z"))
        {
            return Invalid("roleArn", "Member must be the ARN of a role");
        }

        if (!Regex.IsMatch(form.GetValueOrDefault("RoleSessionName", ""), @"\A[\w+=,.@-]{2,64}\z"))
        {
            return Invalid("roleSessionName", @"Member must satisfy regular expression pattern: [\w+=,.@-]{2,64}");
        }

        return Duration(form) is >= 900 and <= 43200 ? null : Invalid("durationSeconds", "Member must be between 900 and 43200");
    }

    private static int? Duration(IReadOnlyDictionary<string, string> form) =>
        int.TryParse(form.GetValueOrDefault("DurationSeconds", "3600"), CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
