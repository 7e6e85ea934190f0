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
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private static readonly EcrTokenRequest Request = RequestFor("123456789012.dkr.ecr.eu-west-1.amazonaws.com");

    private DirectoryInfo _parent = null!;
    private FakeTimeProvider _time = null!;
    private ListLogger _logger = null!;
    private int _calls;

    private string CacheDirectory => Path.Combine(_parent.FullName, "tokens");

    private string TokenPath => Directory.GetFiles(CacheDirectory).Single(path => Path.GetExtension(path).Length == 0);

    private string LockPath => TokenPath + ".lock";

    [SetUp]
    public void SetUp()
    {
        _parent = Directory.CreateTempSubdirectory("ecr-token-file-cache-");
        _time = new FakeTimeProvider(Start);
        _logger = new ListLogger();
        _calls = 0;
    }

    [TearDown]
    public void TearDown()
    {
        _logger.Dispose();
        _parent.Delete(recursive: true);
    }

    [Test]
    public async Task A_token_is_fetched_once_and_then_read_from_the_file()
    {
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));

        var token = await GetAsync();

        Assert.That((token.Username, token.Password, token.ExpiresAt), Is.EqualTo(("AWS", "password 1", (DateTimeOffset?)Start.AddHours(12))));
        Assert.That(token.ProxyEndpoint, Is.EqualTo("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
    }

    [Test]
    public async Task A_token_is_reused_in_the_first_half_of_its_lifetime()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(6) - Tick);
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        _time.SetUtcNow(Start.AddHours(6));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task The_lifetime_of_a_token_is_limited_to_12_hours()
    {
        await GetAsync(answer: () => Token(Start.AddHours(48)));

        _time.SetUtcNow(Start.AddHours(6));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task After_a_failed_refresh_the_cached_token_is_used_until_it_expires_and_the_next_attempt_is_a_minute_later()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(7));
        Assert.That((await GetAsync(answer: Denied)).Password, Is.EqualTo("password 1"));
        _time.Advance(TimeSpan.FromMinutes(1) - Tick);
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        _time.Advance(Tick);
        Assert.That((await GetAsync(answer: Denied)).Password, Is.EqualTo("password 1"));
        Assert.That(_calls, Is.EqualTo(3));

        _time.SetUtcNow(Start.AddHours(12) - Tick);
        Assert.That((await GetAsync(answer: Denied)).Password, Is.EqualTo("password 1"));
        _time.SetUtcNow(Start.AddHours(12));
        Assert.That(async () => await GetAsync(answer: Denied), Throws.TypeOf<EcrCredentialException>().With.Message.EqualTo("No."));
    }

    [Test]
    public async Task In_the_last_five_minutes_of_a_token_every_request_attempts_a_refresh()
    {
        await GetAsync();

        _time.SetUtcNow(Start.AddHours(12) - TimeSpan.FromMinutes(5));
        await GetAsync(answer: Denied);
        await GetAsync(answer: Denied);

        Assert.That(_calls, Is.EqualTo(3));
    }

    [Test]
    public async Task A_token_that_expires_during_its_refresh_is_not_returned()
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
    public async Task A_hanging_refresh_falls_back_to_the_cached_token()
    {
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(7));
        var called = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        var cache = Cache(new FakeTokenSource(async (_, cancellationToken) =>
        {
            using var registration = cancellationToken.Register(cancelled.SetResult);
            called.SetResult();
            return await new TaskCompletionSource<EcrToken>().Task;
        }));

        var getting = cache.GetTokenAsync(Request).AsTask();
        await called.Task;
        _time.Advance(TimeSpan.FromSeconds(5) - Tick);
        Assert.That(getting.IsCompleted, Is.False);
        _time.Advance(Tick);

        Assert.That((await getting).Password, Is.EqualTo("password 1"));
        await cancelled.Task;
    }

    [Test]
    public async Task A_token_dated_in_the_future_is_not_returned()
    {
        await GetAsync();

        _time = new FakeTimeProvider(Start - Tick);
        Assert.That(async () => await GetAsync(answer: Denied), Throws.TypeOf<EcrCredentialException>());
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 3"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 3"));
    }

    [Test]
    public async Task A_token_without_expiry_is_not_cached()
    {
        await GetAsync(answer: () => Token(expiresAt: null));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_token_that_has_expired_on_arrival_is_fetched_again()
    {
        await GetAsync(answer: () => Token(Start));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_token_with_more_than_one_line_is_not_cached()
    {
        await GetAsync(answer: () => new EcrToken("AWS", "two\nlines", Start.AddHours(12)));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task All_accounts_of_a_region_share_one_token()
    {
        await GetAsync();

        Assert.That((await GetAsync(RequestFor("999999999999.dkr.ecr.eu-west-1.amazonaws.com"))).Password, Is.EqualTo("password 1"));
    }

    [Test]
    public async Task Each_endpoint_and_identity_has_a_separate_token()
    {
        await GetAsync();
        foreach (var request in OtherRequests())
        {
            var before = _calls;

            await GetAsync(request);
            await GetAsync(request);

            Assert.That(_calls, Is.EqualTo(before + 1), $"{request.Registry} {request.Identity}");
        }

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
    }

    [Test]
    public async Task Each_AWS_configuration_has_a_separate_token()
    {
        await GetAsync();
        using var key = new ScopedVariable("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task Tokens_for_credentials_objects_are_not_cached()
    {
        var request = new EcrTokenRequest(Request.Registry) { Identity = EcrIdentity.Credentials(new Amazon.Runtime.BasicAWSCredentials("key", "secret")) };

        await GetAsync(request);
        await GetAsync(request);

        Assert.That(_calls, Is.EqualTo(2));
        Assert.That(Directory.Exists(CacheDirectory), Is.False);
    }

    [Test]
    public async Task Tokens_of_an_identity_whose_name_is_not_one_line_are_not_cached()
    {
        await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.Profile("two\nlines")));

        Assert.That(Directory.Exists(CacheDirectory), Is.False);
    }

    [Test]
    public async Task The_file_and_its_name_contain_no_secret_but_the_password()
    {
        using var containerToken = new ScopedVariable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2");
        using var secret = new ScopedVariable("AWS_SECRET_ACCESS_KEY", "hunter2");
        await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.WebIdentity("hunter2", "arn:aws:iam::123456789012:role/pull")));

        Assert.That(TokenPath, Does.Match("/ecr-token-[0-9a-f]{16}$"));
        Assert.That(await File.ReadAllTextAsync(TokenPath), Does.Contain("password 1").And.Not.Contain("hunter2"));
    }

    [Test]
    public async Task Directory_and_files_are_private()
    {
        await GetAsync();

        Assert.That(File.GetUnixFileMode(CacheDirectory), Is.EqualTo(OwnerOnly | UnixFileMode.UserExecute));
        Assert.That(Directory.GetFiles(CacheDirectory).Select(File.GetUnixFileMode), Is.All.EqualTo(OwnerOnly));
        Assert.That(Directory.GetFiles(CacheDirectory), Is.EquivalentTo(new[] { TokenPath, LockPath }), "nothing else is left behind");
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.GroupWrite)]
    [TestCase(UnixFileMode.OtherExecute)]
    public async Task A_directory_that_is_not_private_is_not_used(UnixFileMode others)
    {
        await GetAsync();
        File.SetUnixFileMode(CacheDirectory, OwnerOnly | UnixFileMode.UserExecute | others);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That(_logger.Lines, Has.Some.Contains($"Not caching passwords: {CacheDirectory} is not private."));
        Assert.That(await File.ReadAllTextAsync(TokenPath), Does.Contain("password 1"), "nothing was written");
    }

    [Test]
    public async Task A_symbolic_link_to_a_directory_is_not_used()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_parent.FullName, "elsewhere"), OwnerOnly | UnixFileMode.UserExecute);
        Directory.CreateSymbolicLink(CacheDirectory, elsewhere.FullName);

        await GetAsync();

        Assert.That(elsewhere.GetFileSystemInfos(), Is.Empty);
    }

    [Test]
    public async Task A_file_in_place_of_the_directory_only_disables_the_cache()
    {
        await File.WriteAllTextAsync(CacheDirectory, "");

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_directory_that_cannot_be_created_only_disables_the_cache()
    {
        var file = Path.Combine(_parent.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        var cache = new EcrTokenFileCache(Source(), Path.Combine(file, "tokens"), Options(_time));

        Assert.That((await cache.GetTokenAsync(Request)).Password, Is.EqualTo("password 1"));
        Assert.That(_logger.Lines, Has.Some.StartsWith("Warning: Not caching passwords: failed to create the directory "));
    }

    [Test]
    public async Task A_file_that_other_users_can_read_is_replaced()
    {
        await GetAsync();
        File.SetUnixFileMode(TokenPath, OwnerOnly | UnixFileMode.OtherRead);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That(File.GetUnixFileMode(TokenPath), Is.EqualTo(OwnerOnly));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
    }

    [Test]
    public async Task A_symbolic_link_in_place_of_the_file_is_replaced_and_not_followed()
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
    public async Task A_named_pipe_in_place_of_the_file_does_not_block()
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
    public async Task A_directory_in_place_of_the_file_only_disables_the_cache()
    {
        await GetAsync();
        var path = TokenPath;
        File.Delete(path);
        Directory.CreateDirectory(path);

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 3"));
        Assert.That(_logger.Lines, Has.Some.StartsWith($"Warning: Failed to cache the password in {path}: "));
        Assert.That(Directory.GetFiles(CacheDirectory), Is.EqualTo(new[] { path + ".lock" }), "the temporary file is removed");
    }

    [Test]
    public async Task A_lock_file_that_cannot_be_opened_does_not_disable_the_cache()
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
            var before = _calls;

            await GetAsync();
            await GetAsync();

            Assert.That(_calls, Is.EqualTo(before + 1), () => Convert.ToBase64String(content));
        }
    }

    [Test]
    public async Task A_file_with_another_key_is_ignored()
    {
        await GetAsync();
        var path = TokenPath;
        var content = await File.ReadAllBytesAsync(path);
        File.Delete(path);
        await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.Profile("other")));
        await File.WriteAllBytesAsync(Directory.GetFiles(CacheDirectory).Single(file => Path.GetExtension(file).Length == 0), content);

        Assert.That((await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.Profile("other")))).Password, Is.EqualTo("password 3"));
    }

    [Test]
    public async Task A_rejected_token_is_replaced_unless_it_is_younger_than_a_minute()
    {
        var rejected = await GetAsync();
        var request = new EcrTokenRequest(Request.Registry) { RejectedToken = rejected };

        _time.Advance(TimeSpan.FromMinutes(1) - Tick);
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 1"));
        _time.Advance(Tick);
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 2"));
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 2"), "it is no longer the rejected one");
    }

    [Test]
    public async Task A_rejected_token_that_cannot_be_replaced_is_returned_again()
    {
        var request = new EcrTokenRequest(Request.Registry) { RejectedToken = await GetAsync() };
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.That((await GetAsync(request, Denied)).Password, Is.EqualTo("password 1"));
        Assert.That((await GetAsync(request)).Password, Is.EqualTo("password 1"));
        Assert.That(_calls, Is.EqualTo(2));
    }

    [Test]
    public async Task Concurrent_requests_share_one_call_to_the_source()
    {
        using var gate = new SemaphoreSlim(0);
        var source = new FakeTokenSource(async (_, cancellationToken) =>
        {
            Interlocked.Increment(ref _calls);
            await gate.WaitAsync(cancellationToken);
            return Token(TimeProvider.System.GetUtcNow().AddHours(12));
        });
        var getting = Enumerable.Range(0, 50)
            .Select(_ => Task.Run(async () => await new EcrTokenFileCache(source, CacheDirectory, Options(TimeProvider.System)).GetTokenAsync(Request)))
            .ToArray();

        gate.Release(50);

        Assert.That((await Task.WhenAll(getting)).Select(token => token.Password), Is.All.EqualTo("password 1"));
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_waiting_process_calls_the_source_when_the_lock_is_released()
    {
        var fileLock = await LockAsAnotherProcessAsync();
        var time = new TimerSignallingTimeProvider(Start);
        var getting = new EcrTokenFileCache(Source(), CacheDirectory, Options(time)).GetTokenAsync(Request).AsTask();
        await time.AdvanceToTimerAsync();
        Assert.That(_calls, Is.Zero);

        await fileLock.DisposeAsync();

        Assert.That((await AdvanceUntilAsync(getting, time)).Password, Is.EqualTo("password 1"));
    }

    [Test]
    public async Task After_waiting_ten_seconds_for_the_lock_a_process_calls_the_source()
    {
        await using var fileLock = await LockAsAnotherProcessAsync();
        var time = new TimerSignallingTimeProvider(Start);
        var waited = TimeSpan.Zero;
        var source = Source(() =>
        {
            waited = time.GetUtcNow() - Start;
            return Token();
        });

        var getting = new EcrTokenFileCache(source, CacheDirectory, Options(time)).GetTokenAsync(Request).AsTask();

        Assert.That((await AdvanceUntilAsync(getting, time)).Password, Is.EqualTo("password 1"));
        Assert.That(waited.TotalSeconds, Is.InRange(10, 10.1));
    }

    [Test]
    public async Task Cancellation_while_waiting_reports_the_lock()
    {
        await using var fileLock = await LockAsAnotherProcessAsync();
        using var cancelled = new CancellationTokenSource();
        var getting = Cache(Source()).GetTokenAsync(Request, cancelled.Token).AsTask();

        await cancelled.CancelAsync();

        Assert.That(
            async () => await getting,
            Throws.InstanceOf<OperationCanceledException>().With.Message.EqualTo(
                $"waiting for another process that holds the lock \"{fileLock.Name}\"."));
    }

    [Test]
    public async Task A_valid_token_is_returned_while_another_process_refreshes_it()
    {
        await GetAsync();
        await using var fileLock = new FileStream(LockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        _time.SetUtcNow(Start.AddHours(7));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"));
        Assert.That(_calls, Is.EqualTo(1));
    }

    [Test]
    public async Task The_callers_cancellation_reaches_the_source()
    {
        using var cancelled = new CancellationTokenSource();
        var called = new TaskCompletionSource();
        var getting = Cache(FakeTokenSource.Hanging(called)).GetTokenAsync(Request, cancelled.Token).AsTask();
        await called.Task;

        await cancelled.CancelAsync();

        Assert.That(async () => await getting, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await GetAsync()).Password, Is.EqualTo("password 1"), "the lock is released");
    }

    [Test]
    public async Task The_callers_cancellation_also_ends_a_refresh()
    {
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(7));
        using var cancelled = new CancellationTokenSource();
        var called = new TaskCompletionSource();
        var getting = Cache(FakeTokenSource.Hanging(called)).GetTokenAsync(Request, cancelled.Token).AsTask();
        await called.Task;

        await cancelled.CancelAsync();

        Assert.That(async () => await getting, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Old_files_of_the_cache_are_removed_and_other_files_are_not()
    {
        await GetAsync(RequestFor("123456789012.dkr.ecr.us-east-1.amazonaws.com"));
        var old = Directory.GetFiles(CacheDirectory);
        var others = Path.Combine(CacheDirectory, "cache.json");
        await File.WriteAllTextAsync(others, "");
        foreach (var file in (string[])[.. old, others])
        {
            File.SetLastWriteTimeUtc(file, Start.UtcDateTime - TimeSpan.FromDays(1) - Tick);
        }

        await GetAsync(RequestFor("123456789012.dkr.ecr.us-west-2.amazonaws.com"));

        Assert.That(Directory.GetFiles(CacheDirectory), Has.None.AnyOf(old).And.One.EqualTo(others).And.Exactly(3).Items);
    }

    [Test]
    public async Task A_lock_that_is_held_is_not_removed_with_old_files()
    {
        await GetAsync();
        var held = Directory.GetFiles(CacheDirectory, "*.lock").Single();
        File.SetLastWriteTimeUtc(held, Start.UtcDateTime);
        _time.SetUtcNow(Start.AddDays(2));
        var called = new TaskCompletionSource();
        var answer = new TaskCompletionSource<EcrToken>();
        var getting = Cache(new FakeTokenSource((_, _) =>
        {
            called.SetResult();
            return answer.Task;
        })).GetTokenAsync(Request).AsTask();
        await called.Task;

        await GetAsync(RequestFor("123456789012.dkr.ecr.us-west-2.amazonaws.com"));

        Assert.That(File.Exists(held), Is.True);
        answer.SetResult(Token());
        await getting;
    }

    [Test]
    public async Task Expired_tokens_are_removed_with_their_locks_when_another_is_written()
    {
        for (var hour = 0; hour < 100; hour++)
        {
            _time.SetUtcNow(Start.AddHours(hour));
            await GetAsync(RequestFor(Request.Registry.Host, EcrIdentity.WebIdentity($"token {hour}", "arn:aws:iam::123456789012:role/pull")));
        }

        Assert.That(Directory.GetFiles(CacheDirectory), Has.Length.EqualTo(2 * 12), "a token is valid for 12 hours");
    }

    [Test]
    public async Task A_refresh_that_hangs_while_the_token_expires_is_waited_for()
    {
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(12) - TimeSpan.FromSeconds(3));
        var called = new TaskCompletionSource();
        var answer = new TaskCompletionSource<EcrToken>();
        var getting = Cache(new FakeTokenSource((_, _) =>
        {
            called.SetResult();
            return answer.Task;
        })).GetTokenAsync(Request).AsTask();
        await called.Task;

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.That(getting.IsCompleted, Is.False);
        answer.SetResult(new EcrToken("AWS", "late", _time.GetUtcNow().AddHours(12)));

        Assert.That((await getting).Password, Is.EqualTo("late"));
    }

    [Test]
    public async Task Names_that_look_alike_have_separate_tokens()
    {
        // Each pair would have the same text if the parts of the key were only joined.
        const string Role = "arn:aws:iam::123456789012:role/pull";
        (EcrIdentity Identity, string Configuration)[] requests =
        [
            (EcrIdentity.Role(Role + ",external-id=x"), "key"),
            (EcrIdentity.Role(Role, "x,external-id="), "key"),
            (EcrIdentity.Profile("a"), "x y"),
            (EcrIdentity.Profile("a x"), "y"),
            (EcrIdentity.Profile("a:x"), "y"),
            (EcrIdentity.Profile("a"), "x:y"),
            (EcrIdentity.Default, "key"),
            (EcrIdentity.Profile("default"), "key"),
        ];
        foreach (var (identity, configuration) in requests)
        {
            var before = _calls;
            var options = new EcrTokenFileCacheOptions { ConfigurationKey = () => configuration, TimeProvider = _time };

            await new EcrTokenFileCache(Source(), CacheDirectory, options).GetTokenAsync(RequestFor(Request.Registry.Host, identity));

            Assert.That(_calls, Is.EqualTo(before + 1), $"{identity} {configuration}");
        }
    }

    [Test]
    public async Task A_configuration_of_several_lines_is_not_cached()
    {
        var options = new EcrTokenFileCacheOptions { ConfigurationKey = () => "two\nlines", TimeProvider = _time };

        await new EcrTokenFileCache(Source(), CacheDirectory, options).GetTokenAsync(Request);

        Assert.That(Directory.Exists(CacheDirectory), Is.False);
    }

    [TestCase("tokens")]
    [TestCase("./tokens")]
    [TestCase("")]
    public void A_relative_directory_is_rejected(string directory) =>
        Assert.That(() => new EcrTokenFileCache(Source(), directory), Throws.ArgumentException);

    [Test]
    [Platform("Linux")]
    public async Task A_lock_that_is_a_symbolic_link_is_not_followed()
    {
        await GetAsync();
        var (lockPath, elsewhere) = (LockPath, Path.Combine(_parent.FullName, "elsewhere"));
        File.Delete(lockPath);
        File.CreateSymbolicLink(lockPath, elsewhere);
        _time.SetUtcNow(Start.AddHours(7));

        Assert.That((await GetAsync()).Password, Is.EqualTo("password 2"));
        Assert.That(File.Exists(elsewhere), Is.False);
    }

    [Test]
    [Platform("Linux")]
    public async Task A_symbolic_link_below_a_directory_that_others_can_write_is_not_followed()
    {
        var shared = Directory.CreateDirectory(Path.Combine(_parent.FullName, "shared"));
        var victim = Directory.CreateDirectory(Path.Combine(_parent.FullName, "victim"));
        File.SetUnixFileMode(shared.FullName, (UnixFileMode)0x1ff);
        Directory.CreateSymbolicLink(Path.Combine(shared.FullName, "link"), victim.FullName);
        var cache = new EcrTokenFileCache(Source(), Path.Combine(shared.FullName, "link", "tokens"), Options(_time));

        Assert.That((await cache.GetTokenAsync(Request)).Password, Is.EqualTo("password 1"));
        Assert.That(victim.GetFileSystemInfos(), Is.Empty);
        Assert.That(_logger.Lines, Has.Some.Contains("\"link\" is a symbolic link or not a directory"));
    }

    [Test]
    [Platform("Linux")]
    public async Task A_symbolic_link_in_a_directory_that_only_root_can_write_is_followed()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("requires root, who alone can write outside of directories of users");
        }

        var parent = Directory.CreateDirectory($"/run/ecr-token-file-cache-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateSymbolicLink(Path.Combine(parent.FullName, "link"), "elsewhere");
            var cache = new EcrTokenFileCache(Source(), Path.Combine(parent.FullName, "link", "tokens"), Options(_time));
            Directory.CreateDirectory(Path.Combine(parent.FullName, "elsewhere"));

            await cache.GetTokenAsync(Request);

            Assert.That(Directory.GetFiles(Path.Combine(parent.FullName, "elsewhere", "tokens")), Has.Length.EqualTo(2));
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    [Test]
    public async Task No_password_is_logged()
    {
        await GetAsync();
        await GetAsync();
        _time.SetUtcNow(Start.AddHours(7));
        await GetAsync(answer: Denied);
        await GetAsync(answer: () => throw new InvalidOperationException("password 1"));

        Assert.That(_logger.Lines, Has.Some.EqualTo($"Debug: Using the cached password in {TokenPath}, which expires at 2026-03-02 00:00:00Z"));
        Assert.That(
            _logger.Lines,
            Has.Some.StartsWith(
                "Warning: Failed to refresh the token of region eu-west-1; using the cached token until 2026-03-02 00:00:00Z: No."
                    + typeof(EcrCredentialException).FullName),
            "with the exception");
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
        _calls++;
        return Task.FromResult(answer is null ? Token() : answer());
    });

    // A new instance for each request, as in another process.
    private EcrTokenFileCache Cache(IEcrTokenSource source) => new(source, CacheDirectory, Options(_time));

    private EcrTokenFileCacheOptions Options(TimeProvider time) => new()
    {
        ConfigurationKey = () => AwsConfigurationFingerprint.Compute(AwsEnvironment.Get),
        Logger = _logger,
        TimeProvider = time,
    };

    private EcrToken Token() => Token(_time.GetUtcNow().AddHours(12));

    private EcrToken Token(DateTimeOffset? expiresAt) =>
        new("AWS", $"password {_calls}", expiresAt) { ProxyEndpoint = "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com" };

    // Holds the lock as another process does that is fetching the same token.
    private async Task<FileStream> LockAsAnotherProcessAsync()
    {
        await GetAsync();
        File.Delete(TokenPath);
        _calls = 0;
        return new FileStream(Directory.GetFiles(CacheDirectory).Single(), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }
}
