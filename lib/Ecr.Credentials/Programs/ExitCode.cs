namespace Ecr.Credentials.Programs;

/// <summary>The exit codes of programs that provide credentials.</summary>
public static class ExitCode
{
    /// <summary>A response was written: 0.</summary>
    public const int Success = 0;

    /// <summary>No credentials could be obtained: 1. A retry may help.</summary>
    public const int Failure = 1;

    /// <summary>The request, the arguments or the configuration are invalid: 2. A retry does not help.</summary>
    public const int UsageError = 2;

    internal static int For(EcrCredentialErrorReason reason) => reason switch
    {
        EcrCredentialErrorReason.InvalidRequest
            or EcrCredentialErrorReason.InvalidConfiguration
            or EcrCredentialErrorReason.NotAnEcrRegistry => UsageError,
        _ => Failure,
    };
}
