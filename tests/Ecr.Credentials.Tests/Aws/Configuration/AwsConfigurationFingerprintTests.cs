using System.Text.RegularExpressions;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Tests.Packaging;

namespace Ecr.Credentials.Tests.Aws.Configuration;

public sealed partial class AwsConfigurationFingerprintTests
{
    // Variables that control how a source is called, or whose secret changes together with an ID that is listed.
    private static readonly string[] DoNotDecide =
    [
        "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
        "AWS_CA_BUNDLE", "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "AWS_METADATA_SERVICE_TIMEOUT",
        "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_DEFAULTS_MODE", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE", "AWS_SDK_UA_APP_ID", "AWS_STS_REGIONAL_ENDPOINTS",
        "AWS_ECR_ROLE_ARN",
    ];

    private DirectoryInfo _home = null!;
    private Dictionary<string, string> _environment = null!;

    [SetUp]
    public void SetUp()
    {
        _home = Directory.CreateTempSubdirectory("ecr-fingerprint-");
        _home.CreateSubdirectory(".aws");
        _environment = new() { ["HOME"] = _home.FullName };
    }

    [TearDown]
    public void TearDown() => _home.Delete(recursive: true);

    [Test]
    public void The_same_configuration_has_the_same_fingerprint()
    {
        Write("config", "[default]");

        var (first, second) = (Compute(), Compute());

        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public void Every_relevant_variable_changes_it_differently()
    {
        var fingerprints = new[] { "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE" }.Concat(AwsConfigurationFingerprint.Variables.ToArray())
            .SelectMany(variable => new[] { (variable, "/one"), (variable, "/two") })
            .Select(setting => Compute(setting.variable, setting.Item2));

        Assert.That(fingerprints.Append(Compute()), Is.Unique);
    }

    [TestCaseSource(nameof(DoNotDecide))]
    public void Other_variables_do_not_change_the_fingerprint(string variable) => Assert.That(Compute(variable, "value"), Is.EqualTo(Compute()));

    [TestCase("config")]
    [TestCase("credentials")]
    public void Writing_a_configuration_file_changes_the_fingerprint(string name)
    {
        var without = Compute();
        Write(name, "[one]");
        var first = Compute();
        Write(name, "[other]");
        var longer = Compute();
        var path = Path.Combine(_home.FullName, ".aws", name);
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));

        Assert.That(new[] { without, first, longer, Compute() }, Is.Unique);
    }

    [TestCase("AWS_CONFIG_FILE")]
    [TestCase("AWS_SHARED_CREDENTIALS_FILE")]
    public void A_file_that_a_variable_names_is_part_of_it(string variable)
    {
        var path = Path.Combine(_home.FullName, "elsewhere");
        var without = Compute(variable, path);
        File.WriteAllText(path, "[default]");

        Assert.That(Compute(variable, path), Is.Not.EqualTo(without));
    }

    [Test]
    public void Every_variable_read_by_the_credential_chain_is_listed()
    {
        var read = Directory.EnumerateFiles(Path.Combine(Repository.Root, "lib", "Ecr.Credentials", "Aws"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => VariablePattern().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value);

        Assert.That(
            read.Distinct().Except(
                AwsConfigurationFingerprint.Variables.ToArray()).Except(DoNotDecide).Except(["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]),
            Is.Empty);
    }

    private string Compute(string? variable = null, string? value = null) =>
        AwsConfigurationFingerprint.Compute(name => name == variable ? value : _environment.GetValueOrDefault(name));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_home.FullName, ".aws", name), text);

    [GeneratedRegex("\"(AWS_[A-Z0-9_]+)\"")]
    private static partial Regex VariablePattern();
}
