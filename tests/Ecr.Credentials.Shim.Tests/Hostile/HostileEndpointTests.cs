using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ecr.Credentials.Shim.Tests.Nodes;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>
/// Every service may answer anything: the executable ends in time and within its memory, with the right credential or with none and one line without
/// secrets, and sends nothing to anyone else.
/// </summary>
[Parallelizable(ParallelScope.All)]
[Requires(Requirement.NativeExecutable)]
public sealed partial class HostileEndpointTests
{
    private const int LineLength = 1000;
    private const string RefusingAddress = "http://127.0.0.1:1";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EndlessTimeout = TimeSpan.FromSeconds(1);

    // The start of a process on a busy machine.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private static readonly bool IsMemoryLimited = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    private AwsEmulator _emulator = null!;

    private static IEnumerable<TestCaseData> Cases() =>
        from service in HostileService.All
        from fault in HostileFault.All
        where (fault.Formats & service.Formats) != 0
        select new TestCaseData(service.Name, fault.Name);

    [OneTimeSetUp]
    public async Task StartEmulator() => _emulator = await AwsEmulator.StartAsync(Secrets.MarkedOptions);

    [OneTimeTearDown]
    public async Task StopEmulator() => await _emulator.DisposeAsync();

    [TestCaseSource(nameof(Cases))]
    public async Task A_fault_of_a_service_ends_in_one_clean_line(string serviceName, string faultName)
    {
        var service = HostileService.All.Single(service => service.Name == serviceName);
        var fault = HostileFault.All.Single(fault => fault.Name == faultName);
        var variants = await Task.WhenAll(RunAsync(service, fault, variant: 0, "-v"), RunAsync(service, fault, variant: 0));
        await Task.WhenAll(Enumerable.Range(1, variants[0] - 1).Select(variant => RunAsync(service, fault, variant, "-v")));
    }

    private async Task<int> RunAsync(HostileService service, HostileFault fault, int variant, params string[] options)
    {
        var home = Directory.CreateTempSubdirectory("ecr-hostile-tests-").FullName;
        try
        {
            using var server = fault.AnswerAsync is null ? null : new HostileServer(fault, variant, service.IsSpoiled, _emulator.Address);
            var (variables, arguments) = service.SetUp(_emulator, home, server?.Address ?? RefusingAddress);
            variables["AWS_MAX_ATTEMPTS"] = fault.Attempts.ToString(CultureInfo.InvariantCulture);
            var timeout = fault.IsEndless ? EndlessTimeout : Timeout;

            var result = await StartAsync(
                service.Image, variables, home, [.. arguments, .. options, $"--timeout={timeout.TotalSeconds}s", $"--cache-dir={home}/cache"]);

            Assert.Multiple(() =>
            {
                AssertClean(result, fault.Outcome, isVerbose: options.Length > 0);
                Assert.That(result.Duration, Is.LessThan(timeout + Margin));
                AssertNoSecret(result, server);
                Assert.That(server?.Requests ?? [], Has.None.Contains("\nx-injected"));
                Assert.That(_emulator.Requests.Any(request => request.Headers.ContainsKey("x-injected")), Is.False);
                Assert.That(server?.Spoiled, Is.Null.Or.GreaterThan(0), "the service was called");
            });
            return server?.Variants ?? 1;
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<ShimResult> StartAsync(string image, Dictionary<string, string> variables, string home, string[] arguments)
    {
        var input = $$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"{{image}}"}""";
        if (!IsMemoryLimited)
        {
            return new ShimResult(await PluginProcess.RunAsync(ShimProgram.Path, arguments, variables, Encoding.UTF8.GetBytes(input), directory: home));
        }

        using var limit = new MemoryLimit(64 << 20);
        return await limit.RunAsync(variables, input, home, arguments);
    }

    private void AssertClean(ShimResult result, HostileOutcome outcome, bool isVerbose)
    {
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var context = $"exit code {result.ExitCode}: {result.Error}";
        if (!isVerbose)
        {
            Assert.That(lines, Has.Length.EqualTo(result.ExitCode == 0 ? 0 : 1), context);
        }

        Assert.That(result.Error, Does.Not.Match(ControlCharacters()), context);
        Assert.That(lines, Has.All.StartsWith("ecr-credential-provider: "), context);
        Assert.That(lines.Max(line => (int?)line.Length) ?? 0, Is.LessThan(LineLength), context);
        Assert.That(result.Error, Does.Not.Contain(HostileFault.Elsewhere).And.Not.Contains("   at "), context);
        Assert.That(result.Error, Does.Not.Contain("unexpected error").And.Not.Contains("the token source failed"), context);
        if (result.ExitCode == 0)
        {
            Assert.That(outcome, Is.Not.EqualTo(HostileOutcome.Failure), context);
            Assert.That(result.Response?.Auth.Single().Value.Password, Is.EqualTo(_emulator.Token), context);
        }
        else
        {
            Assert.That(outcome, Is.Not.EqualTo(HostileOutcome.Credential), context);
            Assert.That((result.ExitCode, result.Output), Is.EqualTo((1, "")), context);
        }
    }

    private void AssertNoSecret(ShimResult result, HostileServer? server)
    {
        // The tokens of the metadata service are made during the call.
        var tokens = (server?.Requests ?? []).SelectMany(request => MetadataToken().Matches(request)).Select(match => match.Groups[1].Value);
        string[] secrets = [.. Secrets.Of(_emulator), .. tokens.Where(token => token.Length > 20)];
        Secrets.AssertNone("stderr", result.Error, secrets);
        Secrets.AssertNone("stdout", result.Output.Replace(_emulator.Token, "", StringComparison.Ordinal), secrets);
    }

    // Control and format characters, and halves of characters; lines are separated by line feeds.
    [GeneratedRegex(@"[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029-[\n]]")]
    private static partial Regex ControlCharacters();

    [GeneratedRegex(@"^x-aws-ec2-metadata-token: (.+?)\r?$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex MetadataToken();
}
