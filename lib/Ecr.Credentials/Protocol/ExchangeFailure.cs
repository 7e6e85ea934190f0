namespace Ecr.Credentials.Protocol;

/// <summary>How an exchange went wrong.</summary>
/// <param name="ExitCode"><see cref="CredentialProviderPlugin.Failure"/> or <see cref="CredentialProviderPlugin.Misuse"/>.</param>
/// <param name="Message">What is wrong and what to do, on one line, without secrets.</param>
internal sealed record ExchangeFailure(int ExitCode, string Message);
