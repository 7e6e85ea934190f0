using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Ecr.Credentials.Aws.Http;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Aws.Http;

public sealed class RacingConnectorTests
{
    private static readonly IPAddress[] Addresses = [.. new[] { "2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2" }.Select(IPAddress.Parse)];

    [TestCase("2001:db8::1 2001:db8::2 192.0.2.1", "2001:db8::1 192.0.2.1 2001:db8::2")]
    [TestCase("192.0.2.1 192.0.2.2 192.0.2.3 2001:db8::1", "192.0.2.1 2001:db8::1 192.0.2.2 192.0.2.3")]
    [TestCase("192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.2")]
    public void Versions_take_turns_and_the_systems_preference_is_first(string addresses, string expected) =>
        Assert.That(string.Join(' ', RacingConnector.Interleave([.. addresses.Split(' ').Select(IPAddress.Parse)])), Is.EqualTo(expected));

    [Test]
    public async Task The_next_address_is_tried_after_250_ms_and_the_first_that_connects_wins()
    {
        var stage = new Stage();
        var connecting = stage.ConnectAsync(Addresses[0], Addresses[2]);
        await stage.Started(Addresses[0]);
        Assert.That(stage.IsStarted(Addresses[2]), Is.False);

        stage.Clock.Advance(RacingConnector.AttemptDelay - TimeSpan.FromMilliseconds(1));
        Assert.That(stage.IsStarted(Addresses[2]), Is.False);
        stage.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await stage.Started(Addresses[2]);
        var stream = stage.Connect(Addresses[2]);

        Assert.That(await connecting, Is.SameAs(stream));
        Assert.That(stage.Token(Addresses[0]).IsCancellationRequested, Is.True, "The loser is canceled.");
    }

    [Test]
    public async Task A_loser_that_connects_all_the_same_is_disposed()
    {
        var stage = new Stage();
        var connecting = stage.ConnectAsync(Addresses[0], Addresses[2]);
        await stage.Started(Addresses[0]);
        stage.Clock.Advance(RacingConnector.AttemptDelay);
        await stage.Started(Addresses[2]);
        var winner = stage.Connect(Addresses[2]);
        await connecting;

        var loser = stage.Connect(Addresses[0]);

        await loser.Disposed.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(winner.Disposed.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_failure_starts_the_next_attempt_at_once()
    {
        var stage = new Stage();
        var connecting = stage.ConnectAsync(Addresses[0], Addresses[2]);
        await stage.Started(Addresses[0]);

        stage.Fail(Addresses[0], SocketError.NetworkUnreachable);
        await stage.Started(Addresses[2]);
        var stream = stage.Connect(Addresses[2]);

        Assert.That(await connecting, Is.SameAs(stream));
    }

    [TestCase(SocketError.NetworkUnreachable, SocketError.ConnectionRefused, SocketError.ConnectionRefused)]
    [TestCase(SocketError.ConnectionRefused, SocketError.NetworkUnreachable, SocketError.ConnectionRefused)]
    [TestCase(SocketError.NetworkUnreachable, SocketError.TimedOut, SocketError.TimedOut)]
    public async Task If_every_address_fails_the_failure_that_says_most_is_thrown(SocketError first, SocketError second, SocketError expected)
    {
        var stage = new Stage();
        var connecting = stage.ConnectAsync(Addresses[0], Addresses[2]);
        await stage.Started(Addresses[0]);
        stage.Fail(Addresses[0], first);
        await stage.Started(Addresses[2]);
        stage.Fail(Addresses[2], second);

        Assert.That((await Assert.ThrowsAsync<SocketException>(() => connecting))!.SocketErrorCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task Cancellation_ends_every_attempt_and_carries_the_callers_token()
    {
        var stage = new Stage();
        using var canceled = new CancellationTokenSource();
        var connecting = stage.ConnectAsync(canceled.Token, Addresses[0], Addresses[2]);
        await stage.Started(Addresses[0]);

        await canceled.CancelAsync();

        var failure = await Assert.ThrowsAsync<OperationCanceledException>(() => connecting);
        Assert.That(failure!.CancellationToken, Is.EqualTo(canceled.Token));
        Assert.That(stage.Token(Addresses[0]).IsCancellationRequested, Is.True);
    }

    [TestCase("192.0.2.1")]
    [TestCase("name.example")]
    public async Task A_single_address_is_connected_to_without_a_timer(string host)
    {
        var clock = new InstantTimeProvider();
        var resolved = 0;
        await using var expected = new MemoryStream();
        var connector = new RacingConnector(
            clock,
            (_, _) => Task.FromResult<IPAddress[]>([Addresses[resolved++]]),
            (address, _) => ValueTask.FromResult<Stream>(expected));

        Assert.That(await connector.ConnectAsync(host, 443, CancellationToken.None), Is.SameAs(expected));
        Assert.That((clock.Waits.Count, resolved), Is.EqualTo((0, host == "192.0.2.1" ? 0 : 1)));
    }

    [Test]
    public void A_name_without_addresses_is_not_found() =>
        Assert.That(
            async () => await new RacingConnector(TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([])).ConnectAsync("x", 1, default),
            Throws.TypeOf<SocketException>().With.Property("SocketErrorCode").EqualTo(SocketError.HostNotFound));

    [Test]
    public async Task A_real_server_is_reached_behind_an_address_that_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connector = new RacingConnector(TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.IPv6Loopback, IPAddress.Loopback]));

        await using var stream = await connector.ConnectAsync("name.example", ((IPEndPoint)listener.LocalEndpoint).Port, CancellationToken.None);

        using var accepted = await listener.AcceptTcpClientAsync();
        Assert.That(accepted.Connected, Is.True);
    }

    /// <summary>Attempts that end when the test says so.</summary>
    private sealed class Stage
    {
        private readonly ConcurrentDictionary<IPAddress, Attempt> _attempts = new();

        public FakeTimeProvider Clock { get; } = new();

        public Task<Stream> ConnectAsync(params IPAddress[] addresses) => ConnectAsync(CancellationToken.None, addresses);

        public Task<Stream> ConnectAsync(CancellationToken cancellationToken, params IPAddress[] addresses) =>
            new RacingConnector(
                Clock,
                (_, _) => Task.FromResult(addresses),
                (address, token) =>
                {
                    var attempt = Find(address.Address);
                    attempt.Token = token;
                    attempt.Started.SetResult();
                    return new ValueTask<Stream>(attempt.Result.Task);
                }).ConnectAsync("name.example", 443, cancellationToken).AsTask();

        public Task Started(IPAddress address) => Find(address).Started.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public bool IsStarted(IPAddress address) => Find(address).Started.Task.IsCompleted;

        public CancellationToken Token(IPAddress address) => Find(address).Token;

        public WatchedStream Connect(IPAddress address)
        {
            var stream = new WatchedStream();
            Find(address).Result.SetResult(stream);
            return stream;
        }

        public void Fail(IPAddress address, SocketError error) => Find(address).Result.SetException(new SocketException((int)error));

        private Attempt Find(IPAddress address) => _attempts.GetOrAdd(address, _ => new Attempt());

        private sealed class Attempt
        {
            public TaskCompletionSource Started { get; } = new();

            public TaskCompletionSource<Stream> Result { get; } = new();

            public CancellationToken Token { get; set; }
        }
    }

    private sealed class WatchedStream : MemoryStream
    {
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        protected override void Dispose(bool disposing)
        {
            _disposed.TrySetResult();
            base.Dispose(disposing);
        }
    }
}
