using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>The refreshed session; a member is <see langword="null"/> if the response does not have it.</summary>
internal sealed class CreateOAuth2TokenResponse : AmazonWebServiceResponse
{
    public ImmutableCredentials? Credentials { get; set; }

    public string? RefreshToken { get; set; }

    /// <summary>The lifetime of the credentials in seconds.</summary>
    public int? ExpiresIn { get; set; }
}
