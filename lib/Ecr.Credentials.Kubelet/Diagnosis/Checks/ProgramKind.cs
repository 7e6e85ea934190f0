namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>What a file is that should be a program.</summary>
internal enum ProgramKind
{
    /// <summary>A complete executable.</summary>
    Elf,

    /// <summary>A script with an interpreter.</summary>
    Script,

    /// <summary>No bytes.</summary>
    Empty,

    /// <summary>An archive that was not unpacked.</summary>
    Archive,

    /// <summary>The beginning of an executable.</summary>
    Truncated,

    /// <summary>Anything else.</summary>
    Unknown,
}
