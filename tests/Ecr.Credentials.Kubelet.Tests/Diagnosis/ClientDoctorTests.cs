using System.Net;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis;

namespace Ecr.Credentials.Kubelet.Tests.Diagnosis;

[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class ClientDoctorTests
{
    internal static readonly TestCaseData[] Broken =
    [
        Case("docker: there is no configuration", "client", "there is none of", "create", home => File.Delete(home.Docker)),
        Case("docker: the configuration is not JSON", "client", "is not valid JSON (line 1)", "correct it", home =>
            home.Write(home.Docker, "{ \"credHelpers\": ")),
        Case("docker: credHelpers is misspelled", "client", "has the field \"credentialHelpers\"", "write \"credHelpers\"", home =>
            home.Write(home.Docker, """{ "credentialHelpers": { "x": "ecr-login" } }""")),
        Case("docker: credHelpers is a list", "client", "of another type", "correct it", home => home.Write(home.Docker, """{ "credHelpers": [] }""")),
        Case("docker: the image is not in Amazon ECR", "image", "is not in Amazon ECR", "correct the host", home =>
            home.Options.Image = "registry.example/app"),
        Case("docker: no helper is set", "helper", "no helper is set", "write \"credHelpers\"", home => home.Write(home.Docker, "{}")),
        Case("docker: the helper is set for a host with a scheme", "helper", "which is not the host", "the host alone", home =>
            home.Write(home.Docker, $$"""{ "credHelpers": { "https://{{ClientHome.Host}}": "ecr-login" } }""")),
        Case("docker: the helper is set for another host", "helper", "which is not the host", "the host alone", home =>
            home.Write(home.Docker, """{ "credHelpers": { "123456789012.dkr.ecr.us-east-1.amazonaws.com": "ecr-login" } }""")),
        Case("docker: the helper is named by its file", "helper", "looks for \"docker-credential-docker-credential-ecr-login\"", "write \"ecr-login\"", home =>
            home.Write(home.Docker, $$"""{ "credHelpers": { "{{ClientHome.Host}}": "docker-credential-ecr-login" } }""")),
        Case("docker: another helper is asked", "helper", "asks the helper \"desktop\"", "it wins over \"credsStore\"", home =>
            home.Write(home.Docker, """{ "credsStore": "desktop" }""")),
        Case("docker: only a login is there", "helper", "of a login", "docker logout", home =>
            home.Write(home.Docker, $$"""{ "auths": { "{{ClientHome.Host}}": { "auth": "QVdTOng=" } } }""")),
        Case("podman: a login comes before the helper", "helper", "podman uses the password of a login", "podman logout", home =>
        {
            home.Install("podman");
            home.Write(home.Podman, $$"""{ "auths": { "{{ClientHome.Host}}": { "auth": "QVdTOng=" } } }""");
        }),
        Case("podman: REGISTRY_AUTH_FILE names a file without the helper", "helper", "in the files of podman", "write \"credHelpers\"", home =>
        {
            home.Install("podman");
            home.Variables["REGISTRY_AUTH_FILE"] = home.Path("auth.json");
            home.Write(home.Path("auth.json"), "{}");
        }),
        Case("docker: the helper is not on the PATH", "helper-program", "there is no \"docker-credential-ecr-login\"", "install", home =>
            File.Delete(home.Helper)),
        Case("docker: the helper is on the PATH under its own name", "helper-program", "there is no \"docker-credential-ecr-login\"", "run \"ln -sf", home =>
            File.Move(home.Helper, home.Path("bin/ecr-credential-provider"))),
        Case("docker: the helper has no execute bit", "helper-program", "has mode 0644", "chmod 755", home =>
            File.SetUnixFileMode(home.Helper, (UnixFileMode)0b110_100_100)),
        Case("docker: the helper is a link to nothing", "helper-program", "is a link to \"/nowhere\"", "install", home =>
        {
            File.Delete(home.Helper);
            File.CreateSymbolicLink(home.Helper, "/nowhere");
        }),
        Case("docker: the helper is the packed archive", "helper-program", "packed archive", "tar -xzf", home =>
            File.WriteAllBytes(home.Helper, [0x1f, 0x8b, 8, 0])),
        Case("docker: the helper is for another architecture", "helper-program", "but this machine is", "install it again", home => File.WriteAllBytes(
            home.Helper,
            DoctorTests.Elf((byte)(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? 62 : 183)))),
        Case("docker: the permission for passwords is missing", "password", "GetAuthorizationToken", "allow ecr:GetAuthorizationToken", home => home.Script(
            "echo 'ecr-credential-provider: not authorized to perform: ecr:GetAuthorizationToken' >&2; echo credentials not found; exit 1")),
        Case("docker: the helper speaks another protocol", "password", "not that of a credential helper", "under the helper's name", home =>
            home.Script("echo '{}'")),
        Case("docker: the registry rejects the password", "manifest", "rejected the password (401)", "cached passwords", home =>
            home.Registry.Answer = request => request.RequestUri!.AbsolutePath == "/v2/" ? new HttpResponseMessage(HttpStatusCode.Unauthorized) : null),
    ];

    [TestCaseSource(nameof(Broken))]
    public async Task The_first_failed_check_is_the_cause(string id, string evidence, string remedy, object breakClient)
    {
        using var home = new ClientHome();
        ((Action<ClientHome>)breakClient)(home);

        var report = await home.RunAsync();

        var first = report.Checks.FirstOrDefault(check => check.Result == DiagnosisResult.Failed);
        Assert.That(first?.Id, Is.EqualTo(id), string.Join('\n', report.Checks));
        Assert.That(first!.Evidence, Does.Contain(evidence));
        Assert.That(first.Remedy, Does.Contain(remedy));
        Assert.That(report.Checks.Select(check => $"{check} {check.Remedy}"), Has.None.Contain("QVdTOng").And.None.Contain("the-password"));
    }

    [TestCase("""{ "credHelpers": { "HOST": "ecr-login" } }""")]
    [TestCase("""{ "credsStore": "ecr-login", "auths": { "HOST": {} } }""")]
    public async Task All_is_well_where_clients_pull(string configuration)
    {
        using var home = new ClientHome();
        home.Install("docker");
        home.Install("podman");
        home.Write(home.Docker, configuration.Replace("HOST", ClientHome.Host, StringComparison.Ordinal));

        var report = await home.RunAsync();

        Assert.That(report.Result, Is.EqualTo(DiagnosisResult.Ok), string.Join('\n', report.Checks));
        Assert.That(report.Checks.Select(check => check.Id), Is.EqualTo(Doctor.ClientCheckIds));
        Assert.That(report.Checks[0].Evidence, Does.StartWith("docker and podman; "));
        Assert.That(report.Checks[^1].Evidence, Is.EqualTo("tag \"1\" found"));
    }

    [Test]
    public async Task A_login_beside_the_helper_is_a_warning()
    {
        using var home = new ClientHome();
        home.Write(home.Docker, $$"""
            { "credHelpers": { "{{ClientHome.Host}}": "ecr-login" }, "auths": { "{{ClientHome.Host}}": { "auth": "QVdTOng=" } } }
            """);

        var helper = (await home.RunAsync()).Checks.Single(check => check.Id == "helper");

        Assert.That((helper.Result, helper.Remedy), Is.EqualTo((DiagnosisResult.Warning, $"run \"docker logout {ClientHome.Host}\"")));
    }

    [Test]
    public async Task Without_an_image_the_files_and_the_helper_are_examined()
    {
        using var home = new ClientHome();
        home.Options.Image = null;

        var report = await home.RunAsync();

        Assert.That(
            report.Checks.Where(check => check.Result == DiagnosisResult.Ok).Select(check => check.Id),
            Is.EqualTo(new[] { "client", "helper", "helper-program" }));
        Assert.That(report.Result, Is.EqualTo(DiagnosisResult.Ok));
    }

    private static TestCaseData Case(string cause, string id, string evidence, string remedy, Action<ClientHome> breakClient) =>
        new TestCaseData(id, evidence, remedy, breakClient).SetArgDisplayNames(id, cause).SetProperty("Cause", cause);
}
