namespace Ecr.Credentials.Shim.Tests.Trust;

/// <param name="Server">The server's certificate.</param>
/// <param name="SentAlong">The chain that the server sends with it.</param>
/// <param name="OfTheMachine">The machine's CA certificates.</param>
public sealed record IssuedCertificates(TestCertificate Server, IReadOnlyList<TestCertificate> SentAlong, IReadOnlyList<TestCertificate> OfTheMachine);
