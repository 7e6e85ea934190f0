namespace Ecr.Credentials.Programs;

/// <summary>How an exchange went wrong.</summary>
/// <param name="ExitCode"><see cref="CredentialProviderProgram.Failure"/> or <see cref="CredentialProviderProgram.Misuse"/>.</param>
/// <param name="Message">What is wrong and what to do, on one line, without secrets.</param>
internal sealed record ExchangeFailure(int ExitCode, string Message);
