namespace Ecr.Credentials.Shim.Tests.Trust;

/// <param name="Server">The server's certificate.</param>
/// <param name="SentAlong">The certificates that the server sends with it.</param>
/// <param name="OfTheMachine">The roots that the machine trusts.</param>
public sealed record IssuedCertificates(TestCertificate Server, IReadOnlyList<TestCertificate> SentAlong, IReadOnlyList<TestCertificate> OfTheMachine);
