namespace Ecr.Credentials;

/// <summary>What happens to an image whose host is neither an ECR registry nor covered by an alias.</summary>
public enum UnknownRegistryHandling
{
    /// <summary>It is refused: an ECR password must not reach a host that nobody named.</summary>
    Refuse,

    /// <summary>It gets a password of the default region's private ECR, as the Go plugin of the same name does it.</summary>
    UseDefaultRegion,
}
