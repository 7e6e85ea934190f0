namespace Ecr.Credentials;

/// <summary>Specifies how images are handled whose host is neither an ECR registry nor matched by an alias.</summary>
public enum UnknownRegistryHandling
{
    /// <summary>The request fails, so that no ECR password is sent to an unknown host.</summary>
    Refuse,

    /// <summary>The private ECR password of the default region is returned, as the Go plugin of the same name does.</summary>
    UseDefaultRegion,
}
