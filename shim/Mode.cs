namespace Ecr.Credentials.Shim;

/// <summary>What the program does in this run.</summary>
internal enum Mode
{
    /// <summary>Answers one CredentialProviderRequest of the kubelet.</summary>
    Plugin,

    /// <summary>Runs as a Docker credential helper.</summary>
    DockerCredentialHelperProgram,

    /// <summary>Prints a password for <c>docker login</c>.</summary>
    LoginPasswordProgram,

    /// <summary>Prints the help text.</summary>
    Help,

    /// <summary>Prints version information.</summary>
    Version,

    /// <summary>Reports an invalid command line.</summary>
    Misuse,
}
