namespace Ecr.Credentials.Shim.Tests.Trust;

/// <summary>A server's certificates, the roots that the machine trusts, and whether the server must be trusted.</summary>
/// <param name="Name">The name of the case.</param>
/// <param name="IsTrusted">Whether .NET trusts the server.</param>
/// <param name="Issue">Issues the certificates.</param>
public sealed record CertificateCase(string Name, bool IsTrusted, Func<IssuedCertificates> Issue)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    public static IReadOnlyList<CertificateCase> All { get; } =
    [
        new("issued by a trusted root", true, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost"), [], [root]);
        }),
        new("issued by an intermediate of a trusted root", true, () =>
        {
            var root = Root("Root");
            var intermediate = root.IssueAuthority("Intermediate");
            return new(intermediate.Issue("localhost"), [intermediate], [root]);
        }),
        new("issued by a chain of three intermediates, sent in the wrong order", true, () =>
        {
            var root = Root("Root");
            var first = root.IssueAuthority("First");
            var second = first.IssueAuthority("Second");
            var third = second.IssueAuthority("Third");
            return new(third.Issue("localhost"), [first, third, second], [root]);
        }),
        new("issued by a root that is not trusted", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost"), [root], [Root("Another root")]);
        }),
        new("issued by an untrusted root with the name of a trusted one", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost"), [root], [Root("Root")]);
        }),
        new("issued by one of two trusted roots with the same name", true, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost"), [], [Root("Root"), root]);
        }),
        new("self-signed", false, () => new(Root("localhost"), [], [Root("Root")])),
        new("self-signed and trusted", true, () =>
        {
            var server = SelfSigned("localhost");
            return new(server, [], [server]);
        }),
        new("for another name", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("example.com"), [], [root]);
        }),
        new("for an IP address, when a name is requested", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("127.0.0.1"), [], [root]);
        }),
        new("expired", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost", from: Now.AddDays(-2), to: Now.AddDays(-1)), [], [root]);
        }),
        new("not yet valid", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost", from: Now.AddDays(1), to: Now.AddDays(2)), [], [root]);
        }),
        new("issued by an expired intermediate", false, () =>
        {
            var root = Root("Root");
            var intermediate = root.IssueAuthority("Intermediate", from: Now.AddDays(-2), to: Now.AddDays(-1));
            return new(intermediate.Issue("localhost", from: Now.AddDays(-2), to: Now.AddDays(-1)), [intermediate], [root]);
        }),
        new("issued by a trusted root that has expired", false, () =>
        {
            var root = Root("Root", from: Now.AddDays(-3), to: Now.AddDays(-1));
            return new(root.Issue("localhost", from: Now.AddDays(-2), to: Now.AddDays(-1)), [], [root]);
        }),
        new("without its intermediate", false, () =>
        {
            var root = Root("Root");
            return new(root.IssueAuthority("Intermediate").Issue("localhost"), [], [root]);
        }),
        new("without its intermediate, which the machine has", true, () =>
        {
            var root = Root("Root");
            var intermediate = root.IssueAuthority("Intermediate");
            return new(intermediate.Issue("localhost"), [], [intermediate, root]);
        }),
        new("issued by an intermediate that is trusted without its root", false, () =>
        {
            var intermediate = Root("Root").IssueAuthority("Intermediate");
            return new(intermediate.Issue("localhost"), [], [intermediate]);
        }),
        new("cross-signed, with the new root trusted", true, () =>
        {
            var (old, root) = (Root("Old root"), Root("New root"));
            return new(root.Issue("localhost"), [old.CrossSign(root)], [root]);
        }),
        new("cross-signed, with the old root trusted", true, () =>
        {
            var (old, root) = (Root("Old root"), Root("New root"));
            return new(root.Issue("localhost"), [old.CrossSign(root)], [old]);
        }),
        new("within the name constraints of an intermediate", true, () =>
        {
            var root = Root("Root");
            var intermediate = root.IssueAuthority("Intermediate", permittedName: "localhost");
            return new(intermediate.Issue("localhost"), [intermediate], [root]);
        }),
        new("outside the name constraints of an intermediate", false, () =>
        {
            var root = Root("Root");
            var intermediate = root.IssueAuthority("Intermediate", permittedName: "example.com");
            return new(intermediate.Issue("localhost"), [intermediate], [root]);
        }),
        new("beyond the path length of an intermediate", false, () =>
        {
            var root = Root("Root");
            var first = root.IssueAuthority("First", pathLength: 0);
            var second = first.IssueAuthority("Second");
            return new(second.Issue("localhost"), [first, second], [root]);
        }),
        new("issued by a certificate that is not a CA", false, () =>
        {
            var root = Root("Root");
            var server = root.Issue("example.com");
            return new(server.Issue("localhost"), [server], [root]);
        }),
        new("for client authentication", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost", usage: TestCertificate.ClientAuthentication), [], [root]);
        }),
        new("issued by an intermediate for client authentication", false, () =>
        {
            var root = Root("Root");
            var intermediate = root.IssueAuthority("Intermediate", usage: TestCertificate.ClientAuthentication);
            return new(intermediate.Issue("localhost"), [intermediate], [root]);
        }),
        new("with a weak key", false, () =>
        {
            var root = Root("Root");
            return new(root.Issue("localhost", weakKey: true), [], [root]);
        }),
        new("with a forged signature", false, () =>
        {
            // Another root's name and key identifier, but not its key.
            var (root, forger) = (Root("Root"), Root("Root"));
            return new(forger.Issue("localhost", identifierOf: root), [], [root]);
        }),
    ];

    public override string ToString() => Name;

    private static TestCertificate Root(string name, DateTimeOffset? from = null, DateTimeOffset? to = null) =>
        TestCertificate.CreateAuthority(name, issuer: null, from ?? Now.AddDays(-10), to ?? Now.AddDays(10));

    private static TestCertificate SelfSigned(string name) =>
        TestCertificate.CreateServer(name, issuer: null, Now.AddDays(-1), Now.AddDays(1), TestCertificate.ServerAuthentication);
}
