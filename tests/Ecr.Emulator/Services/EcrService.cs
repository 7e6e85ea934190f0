using System.Text.Json;
using System.Text.RegularExpressions;
using Ecr.Emulator.Endpoints;
using Ecr.Emulator.Server;

namespace Ecr.Emulator.Services;

/// <summary>
/// GetAuthorizationToken of ECR and of ECR Public:
/// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html ,
/// https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_GetAuthorizationToken.html
/// </summary>
internal sealed class EcrService(AwsEmulatorOptions options, string password)
{
    public const string PrivateTarget = "AmazonEC2ContainerRegistry_V20150921";
    public const string PublicTarget = "SpencerFrontendService";

    public Answer Handle(IncomingRequest request, string region, DateTimeOffset now, Fault? fault)
    {
        if (request.Operation is not "GetAuthorizationToken" || request.Method != "POST" || request.Path != "/")
        {
            return JsonAnswer.UnknownOperation();
        }

        if (request.Headers.GetValueOrDefault("Content-Type") != JsonAnswer.ContentType)
        {
            return JsonAnswer.Error(new AwsError(415, "UnsupportedMediaTypeException", $"The Content-Type must be {JsonAnswer.ContentType}."));
        }

        JsonElement body;
        try
        {
            body = JsonElement.Parse(request.Body.Span);
        }
        catch (JsonException)
        {
            return JsonAnswer.Error(new AwsError(400, "SerializationException", "The request body is not JSON."));
        }

        if (body.ValueKind != JsonValueKind.Object)
        {
            return JsonAnswer.Error(new AwsError(400, "SerializationException", "The request body is not a JSON object."));
        }

        var expiresAt = fault?.Kind is FaultKind.ExpiredToken ? now.AddHours(-1) : now + options.TokenLifetime;
        var token = AuthorizationToken.Create(password, expiresAt).Spoil(fault);
        return request.Service is AwsService.Ecr ? AnswerPrivate(body, region, token, fault) : AnswerPublic(region, token, fault);
    }

    private Answer AnswerPrivate(JsonElement body, string region, AuthorizationToken token, Fault? fault)
    {
        if (!TryReadRegistryIds(body, out var registryIds))
        {
            return JsonAnswer.Error(AwsError.InvalidParameter(
                "Invalid parameter at 'registryIds' failed to satisfy constraint: '1 to 10 members that satisfy regular expression '[0-9]{12}''"));
        }

        return JsonAnswer.Success(json =>
        {
            if (fault?.Kind is FaultKind.NoAuthorizationData)
            {
                return;
            }

            json.WriteStartArray("authorizationData");
            foreach (var registryId in fault?.Kind is FaultKind.EmptyAuthorizationData ? [] : registryIds)
            {
                json.WriteStartObject();
                token.WriteTo(json, options.ExpiresAtFormat);
                json.WriteString("proxyEndpoint", $"https://{registryId}.dkr.ecr.{region}.{AwsPartition.OfRegion(region)!.DnsSuffix}");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private Answer AnswerPublic(string region, AuthorizationToken token, Fault? fault)
    {
        if (region != "us-east-1")
        {
            return JsonAnswer.Error(new AwsError(
                400, "UnsupportedCommandException", $"GetAuthorizationToken command is only supported in us-east-1, not in {region}."));
        }

        return JsonAnswer.Success(json =>
        {
            if (fault?.Kind is FaultKind.NoAuthorizationData)
            {
                return;
            }

            json.WriteStartObject("authorizationData");
            if (fault?.Kind is not FaultKind.EmptyAuthorizationData)
            {
                token.WriteTo(json, options.ExpiresAtFormat);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Without this member, the response covers the caller's own registry.</summary>
    private bool TryReadRegistryIds(JsonElement body, out IReadOnlyList<string> registryIds)
    {
        registryIds = [options.AccountId];
        if (!body.TryGetProperty("registryIds", out var ids))
        {
            return true;
        }

        if (ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() is < 1 or > 10 || ids.EnumerateArray().Any(id => id.ValueKind != JsonValueKind.String))
        {
            return false;
        }

        registryIds = [.. ids.EnumerateArray().Select(id => id.GetString()!)];
        return registryIds.All(id => Regex.IsMatch(id, @"\A[0-9]{12}\z"));
    }
}
