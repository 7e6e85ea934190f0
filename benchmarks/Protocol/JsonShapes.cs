using System.Text.Json.Serialization;

namespace Ecr.Credentials.Benchmarks.Protocol;

/// <summary>The request as a program would declare it for System.Text.Json.</summary>
internal sealed record JsonRequest(
    string Kind,
    string ApiVersion,
    string Image,
    string? ServiceAccountToken = null,
    Dictionary<string, string>? ServiceAccountAnnotations = null);

/// <summary>The response as a program would declare it for System.Text.Json.</summary>
internal sealed record JsonResponse(string Kind, string ApiVersion, string CacheKeyType, string CacheDuration, Dictionary<string, JsonAuth> Auth);

/// <summary>An entry of <see cref="JsonResponse.Auth"/>.</summary>
internal sealed record JsonAuth(string Username, string Password);

/// <summary>The serializers generated for them by System.Text.Json.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(JsonRequest))]
[JsonSerializable(typeof(JsonResponse))]
internal sealed partial class JsonShapes : JsonSerializerContext;
