namespace Ecr.Credentials.Matching;

/// <summary>Which part of a field a <see cref="HostKey"/> names.</summary>
internal enum HostKeyPart
{
    Whole,
    Start,
    End,
}
