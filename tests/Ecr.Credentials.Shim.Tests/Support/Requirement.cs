namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>What a test requires besides a build of the repository.</summary>
public enum Requirement
{
    /// <summary>A native executable, named by <c>ECR_CREDENTIAL_PROVIDER</c>.</summary>
    NativeExecutable,

    /// <summary>Root on Linux, for mounts and other users.</summary>
    PrivilegedLinux,

    /// <summary>A release and the root file systems of nodes: <c>ECR_CREDENTIAL_PROVIDER_RELEASE</c>, <c>ECR_CREDENTIAL_PROVIDER_NODES</c>.</summary>
    Nodes,

    /// <summary>The image of a release, named by <c>ECR_CREDENTIAL_PROVIDER_RELEASE</c>, with podman on the path, as root.</summary>
    Image,

    /// <summary>A registry, named by <c>DOCKER_REGISTRY</c>, with skopeo and podman on the path.</summary>
    Registry,

    /// <summary>A docker client, named by <c>DOCKER</c>.</summary>
    Docker,

    /// <summary>The executable docker-credential-ecr-login, named by <c>DOCKER_CREDENTIAL_ECR_LOGIN</c>.</summary>
    ReferenceHelper,

    /// <summary>A separate network namespace, created by <c>tests/with-netns</c>.</summary>
    OwnNetwork,

    /// <summary><c>/usr/bin/strace</c>, of the Debian package of that name.</summary>
    Strace,

    /// <summary>A release executable, which has OpenSSL inside: the environment variable <c>ECR_CREDENTIAL_PROVIDER_RELEASE</c> is set.</summary>
    StaticOpenSsl,
}
