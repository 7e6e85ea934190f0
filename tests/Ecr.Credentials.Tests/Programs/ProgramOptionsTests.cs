using System.Text;
using Ecr.Credentials.Programs;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Programs;

public sealed class ProgramOptionsTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    [TestCase("access denied", "access denied. Try --help.")]
    [TestCase("access denied. Allow it.", "access denied. Allow it. Try --help.")]
    public async Task Advice_is_appended_to_the_error_line_as_a_sentence(string message, string expected)
    {
        EcrCredentialErrorReason? received = null;
        var options = new ProgramOptions
        {
            Advice = reason =>
            {
                received = reason;
                return "Try --help.";
            },
        };

        Assert.That(await RunAsync(Failing(message), options), Is.EqualTo($"{new ProgramOptions().Name}: {expected}{Environment.NewLine}"));
        Assert.That(received, Is.EqualTo(EcrCredentialErrorReason.AccessDenied));
    }

    [TestCase(null)]
    [TestCase("")]
    public async Task Advice_that_is_null_or_empty_adds_nothing(string? advice) =>
        Assert.That(
            await RunAsync(Failing("access denied"), new ProgramOptions { Advice = _ => advice }),
            Is.EqualTo($"{new ProgramOptions().Name}: access denied{Environment.NewLine}"));

    [Test]
    public async Task Advice_is_requested_for_a_timeout_too()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        var run = RunAsync(FakeTokenSource.Hanging(asked), new ProgramOptions { TimeProvider = time, Advice = reason => $"It is {reason}." });
        await asked.Task;

        time.Advance(ProgramOptions.DefaultTimeout);

        Assert.That(await run, Does.StartWith($"{new ProgramOptions().Name}: timed out after 50s: ").And.EndWith($". It is Timeout.{Environment.NewLine}"));
    }

    [Test]
    public async Task Advice_is_appended_to_the_error_line_of_a_Docker_credential_helper_too()
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Host));
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(Failing("access denied"));

        await DockerCredentialHelperProgram.RunAsync("get", input, Stream.Null, error, provider, options: new ProgramOptions { Advice = _ => "Try --help." });

        Assert.That(error.ToString(), Is.EqualTo($"{new ProgramOptions().Name}: access denied. Try --help.{Environment.NewLine}"));
    }

    [Test]
    public async Task Name_begins_the_error_line() =>
        Assert.That(
            await RunAsync(Failing("access denied"), new ProgramOptions { Name = "pull-helper" }),
            Is.EqualTo($"pull-helper: access denied{Environment.NewLine}"));

    [Test]
    public async Task Name_begins_the_error_line_of_a_credential_provider_too()
    {
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(Failing("access denied"));

        await CredentialProviderProgram.RunAsync(Stream.Null, Stream.Null, error, provider, new ProgramOptions { Name = "pull-helper" });

        Assert.That(error.ToString(), Does.StartWith("pull-helper: invalid request on standard input: "));
    }

    [Test]
    public void Name_must_not_be_empty() =>
        Assert.That(async () => await RunAsync(Failing("access denied"), new ProgramOptions { Name = "" }), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void Name_is_that_of_the_executable_by_default() =>
        Assert.That(new ProgramOptions().Name, Is.EqualTo(Path.GetFileNameWithoutExtension(Environment.ProcessPath)));

    private static FakeTokenSource Failing(string message) => new((_, _) => throw new EcrCredentialException(EcrCredentialErrorReason.AccessDenied, message));

    private static async Task<string> RunAsync(FakeTokenSource tokens, ProgramOptions options)
    {
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(tokens);

        Assert.That(await LoginPasswordProgram.RunAsync(Host, Stream.Null, error, provider, options), Is.EqualTo(ExitCode.Failure));
        return error.ToString();
    }
}
