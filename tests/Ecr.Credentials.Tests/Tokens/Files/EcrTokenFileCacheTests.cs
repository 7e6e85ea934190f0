using System.Runtime.Versioning;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tests.Tokens.Memory;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Tokens.Files;

[UnsupportedOSPlatform("windows")]
public sealed class EcrTokenFileCacheTests
{
    private const UnixFileMode OnlyMine = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private static readonly EcrTokenRequest Request = RequestFor("123456789012.dkr.ecr.eu-west-1.amazonaws.com");

    private DirectoryInfo _parent = null!;
    private FakeTimeProvider _time = null!;
    private ListLogger _logger = null!;
    private int _asked;

    private string Folder => Path.Combine(_parent.FullName, "tokens");

    private string TokenPath => Directory.GetFiles(Folder).Single(path => Path.GetExtension(path).Length == 0);

    private string LockPath => TokenPath + ".lock";

    [SetUp]
    public void SetUp()
    {
        _parent = Directory.CreateTempSubdirectory("ecr-token-file-cache-");
        _time = new FakeTimeProvider(Start);
        _logger = new ListLogger();
        _asked = 0;
    }

    [TearDown]
    public void TearDown()
    {
        _logger.Dispose();
        _parent.Delete(recursive: true);
    }

    [Test]
    public async Task A_token_is_asked_for_once_and_then_read_by_whoever_comes()
    {
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));

        var token = await GetAsync();

        Assert.That((token.Username, token.Password, token.ExpiresAt), Is.EqualTo(("AWS", "password 1", (DateTimeOffset?)Start.AddHours(12))));
        Assert.That(token.ProxyEndpoint, Is.EqualTo("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
    }

    [Test]
    public async Task A_token_is_given_out_in_the_first_half_of_its_life()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(6) - Tick);
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        _time.SetUtcNow(Start.AddHours(6));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_token_lives_12_hours_at_most_whatever_it_says()
    {
        await GetAsync(answer: () => Token(Start.AddHours(48)));

        _time.SetUtcNow(Start.AddHours(6));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_failure_to_renew_gives_the_held_token_until_it_expires_and_is_not_repeated_for_a_minute()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(7));
        Assert.That((await GetAsync(answer: Denied)).Password, Is.EqualTo("password 1"));
        _time.Advance(TimeSpan.FromMinutes(1) - Tick);
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        _time.Advance(Tick);
        Assert.That((await GetAsync(answer: Denied)).Password, Is.EqualTo("password 1"));
        Assert.That(_asked, Is.EqualTo(3));

        _time.SetUtcNow(Start.AddHours(12) - Tick);
        Assert.That((await GetAsync(answer: Denied)).Password, Is.EqualTo("password 1"));
        _time.SetUtcNow(Start.AddHours(12));
        Assert.That(async () => await GetAsync(answer: Denied), Throws.TypeOf<EcrCredentialException>().With.Message.EqualTo("No."));
    }

    [Test]
    public async Task In_its_last_five_minutes_a_token_is_renewed_each_time()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(12) - TimeSpan.FromMinutes(5));
        await GetAsync(answer: Denied);
        await GetAsync(answer: Denied);

        Assert.That(_asked, Is.EqualTo(3));
    }

    [Test]
    public async Task A_token_that_expires_while_it_is_being_renewed_is_not_given_out()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(12) - Tick);
        Assert.That(
            async () => await GetAsync(answer: () =>
            {
                _time.Advance(Tick);
                return Denied();
            }),
            Throws.TypeOf<EcrCredentialException>());
    }

    [Test]
    public async Task A_renewal_that_hangs_gives_the_held_token()
    {
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(7));
        var asked = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var cache = Cache(new FakeTokenSource(async (_, cancellationToken) =>
        {
            using var registration = cancellationToken.Register(cancelled.SetResult);
            asked.SetResult();
            return await new TaskCompletionSource<EcrToken>().Task;
        }));

        var getting = cache.GetTokenAsync(Request).AsTask();
        await asked.Task;
        _time.Advance(TimeSpan.FromSeconds(5) - Tick);
        Assert.That(getting.IsCompleted, Is.False);
        _time.Advance(Tick);

        Assert.That((await getting).Password, Is.EqualTo("password 1"));
        await cancelled.Task;
    }

    [Test]
    public async Task A_token_of_the_future_is_not_given_out()
    {
        await GetAsync();

        _time = new FakeTimeProvider(Start - Tick);
        Assert.That(async () => await GetAsync(answer: Denied), Throws.TypeOf<EcrCredentialException>());
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 3"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 3"));
    }

    [Test]
    public async Task A_token_without_expiry_is_not_kept()
    {
        await GetAsync(answer: () => Token(expiresAt: null));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_token_that_has_expired_on_arrival_is_asked_for_again()
    {
        await GetAsync(answer: () => Token(Start));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_token_with_more_than_one_line_is_not_kept()
    {
        await GetAsync(answer: () => new EcrToken("AWS", "two\nlines", Start.AddHours(12)));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task One_token_serves_all_accounts_of_a_region()
    {
        await GetAsync();

        Assert.That((await GetAsync(RequestFor("999999999999.dkr.ecr.eu-west-1.amazonaws.com"))).Password, Is.EqualTo("password 1"));
    }

    [Test]
    public async Task Every_endpoint_and_identity_has_a_token_of_its_own()
    {
        await GetAsync();
        foreach (var request in OtherRequests())
        {
            var before = _asked;

            await GetAsync(request);
            await GetAsync(request);

            Assert.That(_asked, Is.EqualTo(before + 1), $"{request.Registry} {request.Identity}");
        }

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
    }

    [Test]
    public async Task Another_AWS_configuration_has_another_token()
    {
        await GetAsync();
        using var key = new ScopedVariable("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task Credentials_of_the_caller_are_not_kept()
    {
        var request = new EcrTokenRequest(Request.Registry) { Identity = EcrIdentity.Credentials(new Amazon.Runtime.BasicAWSCredentials("key", "secret")) };

        await GetAsync(request);
        await GetAsync(request);

        Assert.That(_asked, Is.EqualTo(2));
        Assert.That(Directory.Exists(Folder), Is.False);
    }

    [Test]
    public async Task An_identity_whose_name_is_not_one_line_is_not_kept()
    {
        await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.Profile("two\nlines")));

        Assert.That(Directory.Exists(Folder), Is.False);
    }

    [Test]
    public async Task No_secret_but_the_password_is_in_the_file_or_its_name()
    {
        using var containerToken = new ScopedVariable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2");
        using var secret = new ScopedVariable("AWS_SECRET_ACCESS_KEY", "hunter2");
        await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.WebIdentity("hunter2", "arn:aws:iam::123456789012:role/pull")));

        Assert.That(TokenPath, Does.Match("/ecr-token-[0-9a-f]{16}$"));
        Assert.That(await File.ReadAllTextAsync(TokenPath), Does.Contain("password 1").And.Not.Contain("hunter2"));
    }

    [Test]
    public async Task Folder_and_files_are_the_users_alone()
    {
        await GetAsync();

        Assert.That(File.GetUnixFileMode(Folder), Is.EqualTo(OnlyMine | UnixFileMode.UserExecute));
        Assert.That(Directory.GetFiles(Folder).Select(File.GetUnixFileMode), Is.All.EqualTo(OnlyMine));
        Assert.That(Directory.GetFiles(Folder), Is.EquivalentTo(new[] { TokenPath, LockPath }), "nothing else is left behind");
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.GroupWrite)]
    [TestCase(UnixFileMode.OtherExecute)]
    public async Task A_folder_that_others_may_use_is_not_used(UnixFileMode others)
    {
        await GetAsync();
        File.SetUnixFileMode(Folder, OnlyMine | UnixFileMode.UserExecute | others);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That(_logger.Lines, Has.Some.Contains($"Passwords are not kept in {Folder}, which is no folder of this user alone."));
        Assert.That(await File.ReadAllTextAsync(TokenPath), Does.Contain("password 1"), "nothing was written");
    }

    [Test]
    public async Task A_link_to_a_folder_is_not_used()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_parent.FullName, "elsewhere"), OnlyMine | UnixFileMode.UserExecute);
        Directory.CreateSymbolicLink(Folder, elsewhere.FullName);

        await GetAsync();

        Assert.That(elsewhere.GetFileSystemInfos(), Is.Empty);
    }

    [Test]
    public async Task A_file_in_the_folders_place_costs_the_cache_alone()
    {
        await File.WriteAllTextAsync(Folder, "");

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_folder_that_cannot_be_made_costs_the_cache_alone()
    {
        var file = Path.Combine(_parent.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        var cache = new EcrTokenFileCache(Source(), Path.Combine(file, "tokens"), Options(_time));

        Assert.That((await cache.GetTokenAsync(Request)).Password, Is.EqualTo("password 1"));
        Assert.That(_logger.Lines, Has.Some.StartsWith("Warning: Passwords are not kept: the folder "));
    }

    [Test]
    public async Task A_file_that_others_may_read_is_replaced()
    {
        await GetAsync();
        File.SetUnixFileMode(TokenPath, OnlyMine | UnixFileMode.OtherRead);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That(File.GetUnixFileMode(TokenPath), Is.EqualTo(OnlyMine));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_link_in_the_files_place_is_replaced_and_not_followed()
    {
        await GetAsync();
        var (path, elsewhere) = (TokenPath, Path.Combine(_parent.FullName, "elsewhere"));
        File.Move(path, elsewhere);
        File.CreateSymbolicLink(path, elsewhere);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That(new FileInfo(path).LinkTarget, Is.Null);
        Assert.That(await File.ReadAllTextAsync(elsewhere), Does.Contain("password 1"));
    }

    [Test]
    public async Task A_pipe_in_the_files_place_does_not_hang()
    {
        await GetAsync();
        var path = TokenPath;
        File.Delete(path);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", path))
        {
            await mkfifo.WaitForExitAsync();
        }

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_folder_in_the_files_place_costs_the_cache_alone()
    {
        await GetAsync();
        var path = TokenPath;
        File.Delete(path);
        Directory.CreateDirectory(path);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 3"));
        Assert.That(_logger.Lines, Has.Some.StartsWith($"Warning: The password could not be kept in {path}: "));
        Assert.That(Directory.GetFiles(Folder), Is.EqualTo(new[] { path + ".lock" }), "what was half written is removed");
    }

    [Test]
    public async Task A_lock_that_cannot_be_had_costs_the_lock_alone()
    {
        await GetAsync();
        File.Delete(LockPath);
        Directory.CreateDirectory(LockPath);
        _time.SetUtcNow(Start.AddHours(6));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_damaged_file_is_replaced()
    {
        await GetAsync();
        var path = TokenPath;
        var bytes = await File.ReadAllBytesAsync(path);
        var damaged = Enumerable.Range(0, bytes.Length - 1).Select(length => bytes[..length])
            .Concat(Enumerable.Range(0, bytes.Length).Select(i => bytes.Select((b, j) => i == j ? (byte)(b ^ 1) : b).ToArray()))
            .Append(new byte[bytes.Length])
            .Append([.. bytes, .. bytes])
            .Append([.. Enumerable.Repeat((byte)'x', 1 << 20)]);

        foreach (var content in damaged)
        {
            await File.WriteAllBytesAsync(path, content);
            var before = _asked;

            await GetAsync();
            await GetAsync();

            Assert.That(_asked, Is.EqualTo(before + 1), () => Convert.ToBase64String(content));
        }
    }

    [Test]
    public async Task A_file_of_another_key_is_no_answer()
    {
        await GetAsync();
        var path = TokenPath;
        var content = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.Profile("other")));
        await File.WriteAllBytesAsync(Directory.GetFiles(Folder).Single(file => Path.GetExtension(file).Length == 0), content);

        Assert.That((await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.Profile("other")))).Password, Is.EqualTo("password 3"));
    }

    [Test]
    public async Task A_refused_token_is_replaced_unless_it_is_younger_than_a_minute()
    {
        var refused = await GetAsync();
        var request = new EcrTokenRequest(Request.Registry) { RejectedToken = refused };

        _time.Advance(TimeSpan.FromMinutes(1) - Tick);
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 1"));
        _time.Advance(Tick);
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 2"), "it is no longer the refused one");
    }

    [Test]
    public async Task A_refused_token_that_cannot_be_replaced_is_given_again()
    {
        var request = new EcrTokenRequest(Request.Registry) { RejectedToken = await GetAsync() };
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That((await GetAsync(request, Denied)).Password, Is.EqualTo("password 1"));
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 1"));
        Assert.That(_asked, Is.EqualTo(2));
    }

    [Test]
    public async Task Of_many_who_ask_at_once_one_asks_the_source()
    {
        using var gate = new SemaphoreSlim(0);
        var source = new FakeTokenSource(async (_, cancellationToken) =>
        {
            Interlocked.Increment(ref _asked);
            await gate.WaitAsync(cancellationToken);
            return Token(TimeProvider.System.GetUtcNow().AddHours(12));
        });
        var getting = Enumerable.Range(0, 50)
            .Select(_ => Task.Run(async () => await new EcrTokenFileCache(source, Folder, Options(TimeProvider.System)).GetTokenAsync(Request)))
            .ToArray();

        gate.Release(50);

        Assert.That((await Task.WhenAll(getting)).Select(token => token.Password), Is.All.EqualTo("password 1"));
        Assert.That(_asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Who_waits_for_another_process_asks_after_its_end()
    {
        var turn = await TakeTurnAsync();
        var time = new TimerSignallingTimeProvider(Start);
        var getting = new EcrTokenFileCache(Source(), Folder, Options(time)).GetTokenAsync(Request).AsTask();
        await time.AdvanceToTimerAsync();
        Assert.That(_asked, Is.Zero);

        await turn.DisposeAsync();

        Assert.That((await AdvanceUntilAsync(getting, time)).Password, Is.EqualTo("password 1"));
    }

    [Test]
    public async Task Who_waits_for_ten_seconds_asks_himself()
    {
        await using var turn = await TakeTurnAsync();
        var time = new TimerSignallingTimeProvider(Start);
        var waited = TimeSpan.Zero;
        var source = Source(() =>
        {
            waited = time.GetUtcNow() - Start;
            return Token();
        });

        var getting = new EcrTokenFileCache(source, Folder, Options(time)).GetTokenAsync(Request).AsTask();

        Assert.That((await AdvanceUntilAsync(getting, time)).Password, Is.EqualTo("password 1"));
        Assert.That(waited.TotalSeconds, Is.InRange(10, 10.1));
    }

    [Test]
    public async Task Who_gives_up_waiting_is_told_what_for()
    {
        await using var turn = await TakeTurnAsync();
        using var cancelled = new CancellationTokenSource();
        var getting = Cache(Source()).GetTokenAsync(Request, cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        Assert.That(
            async () => await getting,
            Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo(
                $"Another process, which holds \"{turn.Name}\", was still asking for the same token."));
    }

    [Test]
    public async Task Who_can_use_the_held_token_does_not_wait_for_its_renewal()
    {
        await GetAsync();
        await using var turn = new FileStream(LockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        _time.SetUtcNow(Start.AddHours(7));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        Assert.That(_asked, Is.EqualTo(1));
    }

    [Test]
    public async Task The_callers_cancellation_reaches_the_source()
    {
        using var cancelled = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var getting = Cache(FakeTokenSource.Hanging(asked)).GetTokenAsync(Request, cancelled.Token).AsTask();
        await asked.Task;

        await cancelled.CancelAsync();

        Assert.That(async () => await getting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"), "the turn is over");
    }

    [Test]
    public async Task The_callers_cancellation_ends_a_renewal_too()
    {
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(7));
        using var cancelled = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var getting = Cache(FakeTokenSource.Hanging(asked)).GetTokenAsync(Request, cancelled.Token).AsTask();
        await asked.Task;

        await cancelled.CancelAsync();

        Assert.That(async () => await getting, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task What_nobody_can_use_any_more_is_removed_and_what_is_not_the_caches_is_not()
    {
        await GetAsync(RequestFor("123456789012.dkr.ecr.us-east-1.amazonaws.com"));
        var old = Directory.GetFiles(Folder);
        var others = Path.Combine(Folder, "cache.json");
        await File.WriteAllTextAsync(others, "");
        foreach (var file in (string[])[.. old, others])
        {
            File.SetLastWriteTimeUtc(file, Start.UtcDateTime - TimeSpan.FromDays(1) - Tick);
        }

        await GetAsync(RequestFor("123456789012.dkr.ecr.us-west-2.amazonaws.com"));

        Assert.That(Directory.GetFiles(Folder), Has.None.AnyOf(old).And.One.EqualTo(others).And.Exactly(3).Items);
    }

    [Test]
    public async Task No_password_is_logged()
    {
        await GetAsync();
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(7));
        await GetAsync(answer: Denied);
        await GetAsync(answer: () => throw new InvalidOperationException("password 1"));

        Assert.That(_logger.Lines, Has.Some.EqualTo($"Debug: Using the password in {TokenPath} that expires 2026-03-02 00:00:00Z"));
        Assert.That(_logger.Lines, Has.Some.EqualTo("Warning: The token of region eu-west-1 could not be renewed and serves until 2026-03-02 00:00:00Z: No."));
        Assert.That(_logger.Lines, Has.None.Contains("password 1"));
    }

    private static EcrTokenRequest RequestFor(string host, EcrIdentity? identity = null) =>
        new(EcrRegistry.Parse(host)) { Identity = identity ?? EcrIdentity.Default };

    private static IEnumerable<EcrTokenRequest> OtherRequests()
    {
        const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
        const string Role = "arn:aws:iam::123456789012:role/pull";
        yield return RequestFor("123456789012.dkr.ecr.eu-west-2.amazonaws.com");
        yield return RequestFor("123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com");
        yield return RequestFor("123456789012.dkr-ecr.eu-west-1.on.aws");
        yield return RequestFor("123456789012.dkr.ecr.us-east-1.amazonaws.com");
        yield return RequestFor("public.ecr.aws");
        yield return RequestFor(Host, EcrIdentity.Profile("default"));
        yield return RequestFor(Host, EcrIdentity.Profile("other"));
        yield return RequestFor(Host, EcrIdentity.Role(Role));
        yield return RequestFor(Host, EcrIdentity.Role(Role, "external"));
        yield return RequestFor(Host, EcrIdentity.Role(Role + "2"));
        yield return RequestFor(Host, EcrIdentity.WebIdentity("token", Role));
        yield return RequestFor(Host, EcrIdentity.WebIdentity("other token", Role));
        yield return RequestFor(Host, EcrIdentity.WebIdentity("token", Role + "2"));
    }

    private static async Task<EcrToken> AdvanceUntilAsync(Task<EcrToken> getting, TimerSignallingTimeProvider time)
    {
        while (!getting.IsCompleted)
        {
            await Task.WhenAny(getting, time.AdvanceToTimerAsync());
        }

        return await getting;
    }

    private static EcrToken Denied() => throw new EcrCredentialException(EcrCredentialErrorReason.AccessDenied, "No.");

    private async Task<EcrToken> GetAsync(EcrTokenRequest? request = null, Func<EcrToken>? answer = null) =>
        await Cache(Source(answer)).GetTokenAsync(request ?? Request);

    private FakeTokenSource Source(Func<EcrToken>? answer = null) => new((_, _) =>
    {
        _asked++;
        return Task.FromResult(answer is null ? Token() : answer());
    });

    // Each time another one, as another process has it.
    private EcrTokenFileCache Cache(IEcrTokenSource source) => new(source, Folder, Options(_time));

    private EcrTokenFileCacheOptions Options(TimeProvider time) => new()
    {
        ConfigurationKey = () => AwsConfigurationFingerprint.Compute(AwsEnvironment.Get),
        Logger = _logger,
        TimeProvider = time,
    };

    private EcrToken Token() => Token(_time.GetUtcNow().AddHours(12));

    private EcrToken Token(DateTimeOffset? expiresAt) =>
        new("AWS", $"password {_asked}", expiresAt) { ProxyEndpoint = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com" };

    // As another process that has just begun to ask for the same token.
    private async Task<FileStream> TakeTurnAsync()
    {
        await GetAsync();
        File.Delete(TokenPath);
        _asked = 0;
        return new FileStream(Directory.GetFiles(Folder).Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }
}
