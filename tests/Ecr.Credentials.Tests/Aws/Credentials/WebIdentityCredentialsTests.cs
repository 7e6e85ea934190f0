using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;
using Ecr.Emulator;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Credentials;

public sealed class WebIdentityCredentialsTests
{
    private const string FileVariable = "AWS_WEB_IDENTITY_TOKEN_FILE";
    private const string RoleVariable = "AWS_ROLE_ARN";
    private const string Role = "arn:aws:iam::123456789012:role/pod";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ecr-web-identity-tests-");

    [OneTimeTearDown]
    public async Task DeleteFiles() => _directory.Delete(recursive: true);

    [TestCase(null, "Ecr.Credentials", "")]
    [TestCase("pod-7", "pod-7", "\n")]
    public async Task The_role_is_assumed_with_the_token_in_the_file(string? sessionName, string expectedName, string end)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        var path = Write("token", emulator.Options.WebIdentityToken + end);
        (string, string)[] name = sessionName is null ? [] : [("AWS_ROLE_SESSION_NAME", sessionName)];

        var identity = await FindAsync(emulator, [(FileVariable, path), (RoleVariable, Role), .. name]);

        var call = emulator.Requests.Single();
        Assert.That((call.Service, call.Operation), Is.EqualTo((AwsService.Sts, "AssumeRoleWithWebIdentity")));
        Assert.That(call.Body, Does.Contain("RoleSessionName=" + expectedName));
        Assert.That(identity?.Credentials.UseToken, Is.True);
        Assert.That(identity?.Origin, Is.EqualTo($"the role {Role}, assumed with the token in \"{path}\""));
    }

    [Test]
    public async Task A_token_that_STS_refuses_is_reported_after_one_attempt_without_the_token()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        var path = Write("token", "s3cret");

        var failure = (await Assert.ThrowsAsync<EcrCredentialException>(() => FindAsync(emulator, (FileVariable, path), (RoleVariable, Role))))!;

        Assert.That(failure.Message, Does.StartWith($"cannot assume the role {Role} with the token in \"{path}\": AWS rejected the token: "));
        Assert.That(failure.ToString(), Does.Not.Contain("s3cret"));
        Assert.That(emulator.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Without_a_file_there_are_no_credentials()
    {
        using var http = Http();

        Assert.That(
            await new WebIdentityCredentials(
                Variables.Of((RoleVariable, Role)), new StsClient(http, NullLogger.Instance)).FindReasonAsync(), Is.EqualTo($"{FileVariable} is not set"));
    }

    [Test]
    public Task A_relative_path_of_the_token_file_is_rejected() =>
        AssertMisconfiguredAsync(
            $"invalid AWS configuration: {FileVariable} is \"token\"; expected an absolute path", (FileVariable, "token"), (RoleVariable, Role));

    [Test]
    public async Task Whitespace_around_the_role_is_ignored()
    {
        await using var emulator = await AwsEmulator.StartAsync();
        var path = Write("token", emulator.Options.WebIdentityToken);

        Assert.That((await FindAsync(emulator, (FileVariable, path), (RoleVariable, $" {Role}\n")))?.Origin, Does.StartWith($"the role {Role}, "));
    }

    [Test]
    public Task A_token_file_without_a_role_is_rejected() =>
        AssertMisconfiguredAsync($"{FileVariable} is set but {RoleVariable} is not: set both or neither", (FileVariable, Write("token", "s3cret")));

    [TestCase("pod")]
    [TestCase("arn:aws:iam::123456789012:role/p od")]
    public Task An_invalid_role_is_reported(string role) =>
        AssertMisconfiguredAsync($"{RoleVariable} cannot be used. ", (FileVariable, Write("token", "s3cret")), (RoleVariable, role));

    [Test]
    public Task A_role_of_another_partition_is_reported() =>
        AssertMisconfiguredAsync(
            "the role arn:aws-cn:iam::123456789012:role/pod is in partition \"aws-cn\" but the registry ",
            (FileVariable, Write("token", "s3cret")),
            (RoleVariable, "arn:aws-cn:iam::123456789012:role/pod"));

    [Test]
    public async Task A_file_that_cannot_be_read_is_reported()
    {
        var path = Path.Combine(_directory.FullName, "missing");

        await AssertMisconfiguredAsync($"cannot read the token file \"{path}\": ", (FileVariable, path), (RoleVariable, Role));
    }

    [Test]
    public async Task A_file_that_is_empty_is_reported()
    {
        var path = Write("empty", "\n");

        await AssertMisconfiguredAsync($"the token file \"{path}\" is empty", (FileVariable, path), (RoleVariable, Role));
    }

    private static AwsHttpClientFactory Http() => new(NullLogger.Instance, TimeProvider.System, trustStore: null);

    private static async Task<ResolvedCredentials?> FindAsync(AwsEmulator emulator, params (string Name, string Value)[] variables)
    {
        using var http = Http();
        var lookup = LookupExtensions.NewLookup(("AWS_ENDPOINT_URL_STS", emulator.Address.AbsoluteUri));
        return await new WebIdentityCredentials(Variables.Of(variables), new StsClient(http, NullLogger.Instance)).FindAsync(lookup);
    }

    private static async Task AssertMisconfiguredAsync(string message, params (string Name, string Value)[] variables)
    {
        using var http = Http();

        var failure = await new WebIdentityCredentials(Variables.Of(variables), new StsClient(http, NullLogger.Instance)).FailAsync();

        Assert.That(failure.Reason, Is.EqualTo(EcrCredentialErrorReason.InvalidConfiguration));
        Assert.That(failure.Message, Does.StartWith(message));
        Assert.That(failure.ToString(), Does.Not.Contain("s3cret"));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
