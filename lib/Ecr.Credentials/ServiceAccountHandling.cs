namespace Ecr.Credentials;

/// <summary>What happens to a request that brings a service account's token for which no role is named.</summary>
public enum ServiceAccountHandling
{
    /// <summary>The token is left alone, and the password asked for with the identity of any other request.</summary>
    Optional,

    /// <summary>There is no password.</summary>
    RequireRole,
}
