using System.Text;
using System.Text.RegularExpressions;
using Ecr.Credentials.Shim.Tests.Identities;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>
/// The AWS SDK gets every setting from the executable: it opens no file, and settings that only the SDK knows have no effect, even if they are invalid.
/// </summary>
[Requires(Requirement.Strace)]
public sealed partial class FileAccessTests : ShimFixture
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    // Variables and profile settings that the SDK reads and the executable does not.
    private static readonly string[] VariablesOfTheSdk =
    [
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        "AWS_AUTH_SCHEME_PREFERENCE",
        "AWS_CSM_PORT",
        "AWS_DISABLE_REQUEST_COMPRESSION",
        "AWS_ENABLE_ENDPOINT_DISCOVERY",
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
        "AWS_S3_USE_ARN_REGION",
        "AWS_SIGV4A_SIGNING_REGION_SET",
    ];

    private static readonly string[] SettingsOfTheSdk =
    [
        "account_id_endpoint_mode",
        "auth_scheme_preference",
        "csm_port",
        "disable_request_compression",
        "endpoint_discovery_enabled",
        "request_checksum_calculation",
        "request_min_compression_size_bytes",
        "response_checksum_validation",
        "s3_us_east_1_regional_endpoint",
        "s3_use_arn_region",
        "sigv4a_signing_region_set",
        "toolkit_artifact_guid",
    ];

    // What other SDKs and tools look for beside the files of AWS, and in the working directory.
    private static readonly string[] FilesOfOthers = ["config", "credentials", ".aws/models/x", ".aws/cli/cache/x.json", ".aws/ddc", "app.config", "aws.json"];

    private static IReadOnlyList<IdentityCase> Identities => IdentityCase.All;

    [TestCaseSource(nameof(Identities))]
    public async Task Only_the_executable_itself_reads_files_and_each_settings_file_once(IdentityCase identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var stage = new IdentityStage(Emulator, Home, Emulator.Options.Partition);
        var principal = identity.SetUp(stage);
        Poison(stage);

        var input = Request().Replace("}", stage.RequestMembers + "}", StringComparison.Ordinal);
        var (result, opened) = await TraceAsync(input, stage.Variables, [.. stage.Arguments]);

        AssertAnswer(result);
        Assert.That(TokenRequests.Single().Principal, Is.EqualTo(principal));
        AssertFiles(opened, stage);
    }

    [TestCase(Host, "docker", "get")]
    [TestCase("", "login-password")]
    [TestCase("", "login-password", Host)]
    [TestCase("", "docker", "list")]
    public async Task Every_mode_reads_each_settings_file_once_for_each_lookup(string input, params string[] arguments)
    {
        var stage = new IdentityStage(Emulator, Home, Emulator.Options.Partition)
            .WriteCredentials($"[default]\naws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}\n"
                + $"aws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}\n")
            .WriteConfig("[default]\nregion = eu-west-1\n")
            .Set("AWS_ECR_DISABLE_CACHE", "1");
        Poison(stage);

        var (result, opened) = await TraceAsync(input, stage.Variables, arguments);

        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        if (!arguments.Contains("list"))
        {
            Assert.That(TokenRequests.Single().Principal, Is.EqualTo(Emulator.ProfileCredentials.PrincipalArn));
        }

        // The default region and the token of each registry are separate lookups.
        AssertFiles(opened, stage, reads: arguments switch { ["login-password"] => 2, ["docker", "list"] => 3, _ => 1 });
    }

    private void Poison(IdentityStage stage)
    {
        foreach (var variable in VariablesOfTheSdk)
        {
            stage.Set(variable, "moon");
        }

        stage.Set("AWS_CSM_ENABLED", "true");
        foreach (var file in FilesOfOthers)
        {
            var path = Path.Combine(Home, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "[default]\naws_access_key_id = AKIAHOSTILE\naws_secret_access_key = hostile\nregion = moon\n");
        }

        var config = Path.Combine(Home, ".aws", "config");
        if (File.Exists(config))
        {
            var settings = string.Concat(SettingsOfTheSdk.Select(setting => $"{setting} = moon\n"));
            File.WriteAllText(config, ProfileHeader().Replace(File.ReadAllText(config), header => $"{header.Value}csm_enabled = true\n{settings}"));
        }
    }

    private async Task<(ShimResult Result, IReadOnlyList<string> Opened)> TraceAsync(
        string input, IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var trace = Path.GetTempFileName();
        try
        {
            var result = new ShimResult(await PluginProcess.RunAsync(
                "/usr/bin/strace",
                ["-f", "-qq", "-e", "trace=open,openat,openat2", "-e", "signal=none", "-s", "4096", "-o", trace, ShimProgram.Path, .. arguments],
                Complete(variables),
                Encoding.UTF8.GetBytes(input),
                directory: Home));
            var opened = OpenedPath().Matches(await File.ReadAllTextAsync(trace)).Select(match => Path.GetFullPath(match.Groups[1].Value, Home));
            return (result, [.. opened.Where(path => path.StartsWith(Home + "/", StringComparison.Ordinal)).Select(path => path[(Home.Length + 1)..])]);
        }
        finally
        {
            File.Delete(trace);
        }
    }

    private static void AssertFiles(IReadOnlyList<string> opened, IdentityStage stage, int reads = 1)
    {
        string[] settings = [".aws/config", ".aws/credentials"];
        Assert.That(opened.Distinct().Except(settings).Except(stage.Files).Where(path => !IsTemporary(path, stage)), Is.Empty);
        foreach (var file in settings)
        {
            Assert.That(opened.Count(path => path == file), Is.LessThanOrEqualTo(reads), file);
        }
    }

    // A token file is replaced by a file beside it.
    private static bool IsTemporary(string path, IdentityStage stage) => stage.Files.Any(file => path.StartsWith(file + ".", StringComparison.Ordinal));

    [GeneratedRegex(@"^\[(?:default|profile [^\]]*)\]\n", RegexOptions.Multiline)]
    private static partial Regex ProfileHeader();

    [GeneratedRegex("open(?:at2?)?\\((?:AT_FDCWD, )?\"([^\"]*)\"")]
    private static partial Regex OpenedPath();
}
