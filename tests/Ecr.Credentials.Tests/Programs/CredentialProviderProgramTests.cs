using System.Text;
using Ecr.Credentials.Programs;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Programs;

public sealed class CredentialProviderProgramTests
{
    private const string Request = """
        {"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"}
        """;

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task RunAsync_writes_the_response_and_nothing_else()
    {
        var (exitCode, output, error) = await RunAsync(Request, new FakeTokenSource(Now.AddHours(12)));

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success));
        Assert.That(error, Is.Empty);
        Assert.That(
            output,
            Is.EqualTo(
                """{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Registry","cacheDuration":"6h0m0s","auth":{"123456789012.dkr.ecr.eu-west-1.amazonaws.com":{"username":"AWS","password":"hunter2-secret"}}}"""
                + "\n"));
    }

    [TestCase("", "invalid request on standard input: the document is empty.")]
    [TestCase("nginx", "invalid request on standard input: the document is not valid JSON")]
    [TestCase("[]", "the document is an array.")]
    [TestCase(Request + "{}", "the document is not valid JSON")]
    [TestCase("{}", "\"kind\" is missing.")]
    public async Task RunAsync_reports_a_bad_request_in_one_line(string input, string message)
    {
        var (exitCode, output, error) = await RunAsync(input, new FakeTokenSource(Now));

        Assert.That(exitCode, Is.EqualTo(ExitCode.UsageError));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.StartWith($"{new ProgramOptions().Name}: ").And.Contain(message));
        AssertOneLine(error);
    }

    [Test]
    public async Task RunAsync_accepts_a_request_of_at_most_1_MiB()
    {
        var padding = new string(' ', (1 << 20) - Request.Length);

        Assert.That((await RunAsync(Request + padding, new FakeTokenSource(Now))).ExitCode, Is.EqualTo(ExitCode.Success));
        var (exitCode, output, error) = await RunAsync(Request + padding + " ", new FakeTokenSource(Now));

        Assert.That(exitCode, Is.EqualTo(ExitCode.UsageError));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain("larger than 1 MiB"));
    }

    [Test]
    public async Task RunAsync_reads_a_request_that_arrives_byte_by_byte()
    {
        using var input = new OneByteAtATimeStream(Encoding.UTF8.GetBytes(Request));
        var (exitCode, _, _) = await RunAsync(input, new FakeTokenSource(Now));

        Assert.That(exitCode, Is.EqualTo(ExitCode.Success));
    }

    [TestCase(EcrCredentialErrorReason.InvalidRequest, 2)]
    [TestCase(EcrCredentialErrorReason.InvalidConfiguration, 2)]
    [TestCase(EcrCredentialErrorReason.NotAnEcrRegistry, 2)]
    [TestCase(EcrCredentialErrorReason.NoAwsCredentials, 1)]
    [TestCase(EcrCredentialErrorReason.AwsCredentialsRejected, 1)]
    [TestCase(EcrCredentialErrorReason.AccessDenied, 1)]
    [TestCase(EcrCredentialErrorReason.Throttled, 1)]
    [TestCase(EcrCredentialErrorReason.Unreachable, 1)]
    [TestCase(EcrCredentialErrorReason.ServiceError, 1)]
    [TestCase(EcrCredentialErrorReason.InvalidResponse, 1)]
    public async Task RunAsync_distinguishes_usage_errors_from_failures(EcrCredentialErrorReason reason, int expected)
    {
        var (exitCode, output, error) = await RunAsync(Request, FakeTokenSource.Failing(reason));

        Assert.That(exitCode, Is.EqualTo(expected));
        Assert.That(output, Is.Empty);
        Assert.That(error, Is.EqualTo($"{new ProgramOptions().Name}: It is {reason}. Do something.{Environment.NewLine}"));
    }

    [Test]
    public async Task RunAsync_reports_an_unexpected_error_in_one_line()
    {
        var (exitCode, output, error) = await RunAsync(Request, new FakeTokenSource((_, _) => throw new NotSupportedException("first\nsecond")));

        Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain("NotSupportedException: first second"));
        AssertOneLine(error);
    }

    [Test]
    public async Task RunAsync_times_out_at_the_deadline_and_says_what_it_waited_for()
    {
        var time = new FakeTimeProvider(Now);
        var asked = new TaskCompletionSource();
        var run = RunAsync(Request, FakeTokenSource.Hanging(asked), time);
        await asked.Task;

        time.Advance(TimeSpan.FromSeconds(50) - TimeSpan.FromTicks(1));
        Assert.That(run.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromTicks(1));
        var (exitCode, output, error) = await run;

        Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.StartWith($"{new ProgramOptions().Name}: timed out after 50s: "));
        AssertOneLine(error);
    }

    [Test]
    public async Task RunAsync_times_out_on_input_that_never_ends()
    {
        var time = new FakeTimeProvider(Now);
        using var input = new EndlessStream();
        var run = RunAsync(input, new FakeTokenSource(Now), time);

        time.Advance(TimeSpan.FromSeconds(50));
        var (exitCode, output, error) = await run;

        Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
        Assert.That(output, Is.Empty);
        Assert.That(error, Does.Contain("timed out after 50s: waiting for the end of standard input"));
    }

    [Test]
    public void RunAsync_throws_when_the_caller_cancels()
    {
        using var cancelled = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        using var provider = EcrCredentialProvider.WithoutCache(FakeTokenSource.Hanging(asked));
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Request));
        using var error = new StringWriter();
        var run = CredentialProviderProgram.RunAsync(input, Stream.Null, error, provider, cancellationToken: cancelled.Token);

        cancelled.Cancel();

        Assert.That(async () => await run, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(error.ToString(), Is.Empty);
    }

    [Test]
    public async Task RunAsync_fails_when_the_output_is_closed()
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(Request));
        using var output = new BrokenStream();
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(new FakeTokenSource(Now));

        var exitCode = await CredentialProviderProgram.RunAsync(input, output, error, provider);

        Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
        Assert.That(error.ToString(), Does.StartWith($"{new ProgramOptions().Name}: standard input or output failed: Broken pipe"));
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(61)]
    public void RunAsync_rejects_a_timeout_out_of_range(int seconds)
    {
        using var provider = EcrCredentialProvider.WithoutCache(new FakeTokenSource(Now));

        Assert.That(
            async () => await CredentialProviderProgram.RunAsync(
                Stream.Null, Stream.Null, TextWriter.Null, provider, new ProgramOptions { Timeout = TimeSpan.FromSeconds(seconds) }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static void AssertOneLine(string text)
    {
        Assert.That(text, Does.EndWith(Environment.NewLine));
        Assert.That(text.TrimEnd(), Does.Not.Contain('\n').And.Not.Contain('\r'));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string input, FakeTokenSource tokens, FakeTimeProvider? time = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(input));
        return await RunAsync(stream, tokens, time);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        Stream input, FakeTokenSource tokens, FakeTimeProvider? time = null)
    {
        time ??= new FakeTimeProvider(Now);
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var provider = EcrCredentialProvider.WithoutCache(tokens, timeProvider: time);

        var exitCode = await CredentialProviderProgram.RunAsync(
            input, output, error, provider, new ProgramOptions { TimeProvider = time ?? TimeProvider.System });

        return (exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private sealed class OneByteAtATimeStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }

    /// <summary>Standard input of an idle terminal: reads never complete and cannot be canceled.</summary>
    private sealed class EndlessStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(new TaskCompletionSource<int>().Task);
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("Broken pipe");
    }
}
