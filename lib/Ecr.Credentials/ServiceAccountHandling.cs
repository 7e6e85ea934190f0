namespace Ecr.Credentials;

/// <summary>Specifies how requests with a service account token are handled if no role is configured for the service account.</summary>
public enum ServiceAccountHandling
{
    /// <summary>The token is ignored, and the identity is selected as for a request without a token.</summary>
    Optional,

    /// <summary>The request fails.</summary>
    RequireRole,
}
