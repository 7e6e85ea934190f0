namespace Ecr.Credentials.Programs;

/// <summary>Why an exchange failed.</summary>
/// <param name="ExitCode">One of the constants of <see cref="Programs.ExitCode"/> that are not success.</param>
/// <param name="Message">What is wrong and what to do, on one line, without secrets.</param>
internal sealed record ExchangeFailure(int ExitCode, string Message);
