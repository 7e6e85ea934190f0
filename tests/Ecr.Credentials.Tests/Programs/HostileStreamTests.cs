using System.Text;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Programs;

/// <summary>Whatever a stream, writer or source does, a program ends in time with an exit code and at most one line.</summary>
public sealed class HostileStreamTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private const string Request =
        $$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"{{Host}}/app"}""";

    private static readonly DateTimeOffset Expiry = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private static IEnumerable<string> Programs() => ["plugin", "docker get", "docker store", "docker erase", "docker list", "login-password"];

    private static IEnumerable<Exception> Failures() =>
    [
        new IOException("Broken pipe"),
        new UnauthorizedAccessException("denied"),
        new ObjectDisposedException("stream"),
        new NotSupportedException("first\nsecond"),
        new TaskCanceledException("canceled"),
        new TimeoutException("late"),
    ];

    [Test]
    public async Task A_stream_that_throws_is_a_failure(
        [ValueSource(nameof(Programs))] string program, [ValueSource(nameof(Failures))] Exception failure)
    {
        using var stream = new HostileStream(() => throw failure);
        using var error = new StringWriter();

        var exitCode = await RunAsync(program, stream, stream, error, Tokens(), TimeSpan.FromSeconds(30));

        Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
        AssertAtMostOneLine(error);
    }

    [Test]
    public async Task A_source_that_throws_is_not_blamed_on_the_streams(
        [Values("plugin", "docker get", "login-password")] string program, [ValueSource(nameof(Failures))] Exception failure)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(program == "plugin" ? Request : Host));
        using var error = new StringWriter();
        var source = EcrTokenSource.FromDelegate((_, _) => throw failure);

        var exitCode = await RunAsync(program, input, new MemoryStream(), error, source, TimeSpan.FromSeconds(30));

        Assert.That(exitCode, Is.EqualTo(ExitCode.Failure));
        Assert.That(error.ToString(), Does.StartWith($"{new ProgramOptions().Name}: ").And.Not.Contain("standard input or output"));
        AssertAtMostOneLine(error);
    }

    [Test]
    public async Task An_input_whose_asynchronous_read_blocks_is_left_behind_at_the_deadline(
        [Values("plugin", "docker get", "docker store", "docker erase")] string program)
    {
        using var gate = new ManualResetEventSlim();
        using var input = new HostileStream(gate.Wait);
        using var error = new StringWriter();

        Assert.That(
            await RunAsync(program, input, new MemoryStream(), error, Tokens(), TimeSpan.FromMilliseconds(50)), Is.EqualTo(ExitCode.Failure));

        AssertAtMostOneLine(error);
        gate.Set();
    }

    [Test]
    public async Task An_output_and_an_error_that_block_are_left_behind_at_the_deadline([ValueSource(nameof(Programs))] string program)
    {
        using var gate = new ManualResetEventSlim();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(program == "plugin" ? Request : Host));
        using var output = new HostileStream(gate.Wait);
        await using var error = new StreamWriter(output) { AutoFlush = true };

        var exitCode = await RunAsync(program, input, output, error, Tokens(), TimeSpan.FromMilliseconds(50));

        Assert.That(exitCode, Is.EqualTo(program == "docker erase" ? ExitCode.Success : ExitCode.Failure));
        gate.Set();
    }

    [Test]
    public async Task A_source_that_blocks_its_caller_is_left_behind_at_the_deadline([Values("plugin", "docker get", "login-password")] string program)
    {
        using var gate = new ManualResetEventSlim();
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(program == "plugin" ? Request : Host));
        using var error = new StringWriter();
        var source = EcrTokenSource.FromDelegate((_, _) =>
        {
            gate.Wait(CancellationToken.None);
            return new ValueTask<EcrToken>(new EcrToken("AWS", "password", Expiry));
        });

        Assert.That(
            await RunAsync(program, input, new MemoryStream(), error, source, TimeSpan.FromMilliseconds(50)), Is.EqualTo(ExitCode.Failure));

        Assert.That(error.ToString(), Does.StartWith($"{new ProgramOptions().Name}: timed out after 50ms: "));
        gate.Set();
    }

    private static FakeTokenSource Tokens() => new(Expiry);

    private static void AssertAtMostOneLine(StringWriter error) => Assert.That(error.ToString().TrimEnd(), Does.Not.Contain('\n'));

    private static async Task<int> RunAsync(string program, Stream input, Stream output, TextWriter error, IEcrTokenSource source, TimeSpan timeout)
    {
        using var region = new ScopedVariable("AWS_REGION", "eu-west-1");
        using var provider = EcrCredentialProvider.WithoutCache(source);
        var options = new ProgramOptions { Timeout = timeout };
        return program switch
        {
            "plugin" => await CredentialProviderProgram.RunAsync(input, output, error, provider, options),
            "login-password" => await LoginPasswordProgram.RunAsync(Host, output, error, provider, options),
            _ => await DockerCredentialHelperProgram.RunAsync(program["docker ".Length..], input, output, error, provider, options: options),
        };
    }

    /// <summary>Does the same for every operation, on the caller's thread, also in asynchronous methods.</summary>
    private sealed class HostileStream(Action action) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            action();
            return new ValueTask<int>(0);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            action();
            return ValueTask.CompletedTask;
        }

        public override void Write(ReadOnlySpan<byte> buffer) => action();

        public override void Write(byte[] buffer, int offset, int count) => action();
    }
}
