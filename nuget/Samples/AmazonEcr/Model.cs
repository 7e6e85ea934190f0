namespace Amazon.ECR.Model;

public sealed class GetAuthorizationTokenRequest;

public sealed class GetAuthorizationTokenResponse
{
    public List<AuthorizationData> AuthorizationData { get; set; } = [];
}

public sealed class AuthorizationData
{
    public string AuthorizationToken { get; set; } = "";

    public DateTime? ExpiresAt { get; set; }
}
