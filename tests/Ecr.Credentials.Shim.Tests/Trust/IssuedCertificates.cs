namespace Ecr.Credentials.Shim.Tests.Trust;

/// <param name="Server">The server's own.</param>
/// <param name="SentAlong">What the server sends with it.</param>
/// <param name="OfTheMachine">What the machine has as its authorities.</param>
public sealed record IssuedCertificates(TestCertificate Server, IReadOnlyList<TestCertificate> SentAlong, IReadOnlyList<TestCertificate> OfTheMachine);
