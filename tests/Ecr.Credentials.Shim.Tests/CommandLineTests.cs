using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Credentials.Shim.Tests;

public sealed class CommandLineTests : ShimFixture
{
    [TestCase("--help")]
    [TestCase("-h")]
    public async Task Help_explains_every_option(string option)
    {
        var result = await RunAsync("", option);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        foreach (var known in (string[])["get-credentials", "--registry-alias", "--unknown-registry", "--timeout", "--verbose", "--version", "--help"])
        {
            Assert.That(result.Output, Does.Contain(known));
        }

        Assert.That(result.Output.Split('\n'), Has.All.Length.LessThanOrEqualTo(100));
    }

    [Test]
    public async Task Version_prints_product_commit_runtime_and_TLS_library()
    {
        var product = typeof(EcrCredentialProvider).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');

        var result = await RunAsync("", "--version");

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        var lines = result.Output.TrimEnd().Split(Environment.NewLine);
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[0], Is.EqualTo($"ecr-credential-provider {product[0]}"));
        Assert.That(lines[1], Is.EqualTo($"commit {product.ElementAtOrDefault(1) ?? "unknown"}"));
        Assert.That(lines[2], Does.Match($@"^\.NET {Environment.Version.Major}\.\d+\.\d+, {RuntimeInformation.RuntimeIdentifier}$"));
        Assert.That(lines[3], Is.EqualTo("system TLS library").Or.Match(@"^OpenSSL 3\.\d+\.\d+ \(static\)$"));
    }

    [TestCase("--v=5", "unknown argument \"--v\"; see --help")]
    [TestCase("get-password", "unknown argument \"get-password\"; see --help")]
    [TestCase("--version=1", "unknown argument \"--version\"; see --help")]
    [TestCase("--timeout", "--timeout requires a value; see --help")]
    [TestCase("--timeout=0s", "invalid --timeout \"0s\": expected ")]
    [TestCase("--timeout=61s", "invalid --timeout \"61s\": expected")]
    [TestCase("--timeout=30", "invalid --timeout \"30\":")]
    [TestCase("--unknown-registry=allow", "invalid --unknown-registry \"allow\": expected refuse or default-region")]
    [TestCase("--service-account=require", "invalid --service-account \"require\": expected optional or require-role")]
    [TestCase("--a\u001b[31m\nb", "unknown argument \"--a\\u001b[31m\\u000ab\"; see --help")]
    [TestCase("--registry-alias=mirror.example", "\"mirror.example\" is not a valid registry alias. Expected PATTERN=REGISTRY.")]
    [TestCase("--registry-alias=mirror.example/team=public.ecr.aws", "must be a host without a path")]
    [TestCase("--registry-alias=mirror.example=docker.io", "\"docker.io\" is not an Amazon ECR registry host.")]
    public async Task An_invalid_argument_is_reported_in_one_line(string argument, string message)
    {
        AssertFailure(await RunAsync(Request(), argument), 2, message);
        Assert.That(Emulator.Requests, Is.Empty);
    }
}
