namespace Ecr.Credentials.Shim;

/// <summary>What the command line asks for.</summary>
internal enum Mode
{
    /// <summary>One exchange with the kubelet.</summary>
    Plugin,

    /// <summary>One exchange with docker or another client of credential helpers.</summary>
    DockerCredentialHelperProgram,

    /// <summary>A password for a login by hand.</summary>
    LoginPasswordProgram,

    /// <summary>The text on how to use the program.</summary>
    Help,

    /// <summary>The program's name and version.</summary>
    Version,

    /// <summary>Nothing that the program knows.</summary>
    Misuse,
}
