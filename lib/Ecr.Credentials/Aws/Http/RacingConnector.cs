using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Ecr.Credentials.Aws.Http;

/// <summary>
/// Connects to the first address of a name that answers. Where one IP version does not work, connecting takes a quarter of a second longer instead of
/// failing: <see href="https://datatracker.ietf.org/doc/html/rfc8305"/>.
/// </summary>
/// <param name="timeProvider">The clock of the delays between attempts.</param>
/// <param name="resolve">Resolves a name; the system's resolver if <see langword="null"/>.</param>
/// <param name="connect">Connects to an address; by TCP if <see langword="null"/>.</param>
internal sealed class RacingConnector(
    TimeProvider timeProvider,
    Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null,
    Func<IPEndPoint, CancellationToken, ValueTask<Stream>>? connect = null)
{
    /// <summary>The delay before the next address is tried as well: <see href="https://datatracker.ietf.org/doc/html/rfc8305#section-5"/>.</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;
    private readonly Func<IPEndPoint, CancellationToken, ValueTask<Stream>> _connect = connect ?? ConnectAsync;

    /// <summary>Connects for a <see cref="SocketsHttpHandler"/>.</summary>
    public ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken) =>
        ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken);

    /// <exception cref="SocketException">The name does not resolve, or no address can be connected to.</exception>
    /// <exception cref="OperationCanceledException">Canceled; it carries <paramref name="cancellationToken"/>.</exception>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var address) ? [address] : await _resolve(host, cancellationToken).ConfigureAwait(false);
        return addresses switch
        {
            [] => throw new SocketException((int)SocketError.HostNotFound),
            [var single] => await _connect(new IPEndPoint(single, port), cancellationToken).ConfigureAwait(false),
            _ => await RaceAsync(Interleave(addresses), port, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// The addresses with both IP versions in turns, beginning with the version that the system prefers, which is IPv6 where it has a route:
    /// <see href="https://datatracker.ietf.org/doc/html/rfc8305#section-4"/>.
    /// </summary>
    internal static List<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var turns = new List<IPAddress>(addresses.Count);
        var others = new List<IPAddress>(addresses.Count);
        foreach (var address in addresses)
        {
            (address.AddressFamily == addresses[0].AddressFamily ? turns : others).Add(address);
        }

        for (var i = 0; i < others.Count; i++)
        {
            turns.Insert(Math.Min((i * 2) + 1, turns.Count), others[i]);
        }

        return turns;
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The stream owns it.")]
    private static async ValueTask<Stream> ConnectAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> RaceAsync(List<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Stream>>(addresses.Count);
        var failures = new List<SocketException>(addresses.Count);
        var next = 0;
        try
        {
            while (next < addresses.Count || running.Count > 0)
            {
                if (next < addresses.Count)
                {
                    running.Add(_connect(new IPEndPoint(addresses[next++], port), race.Token).AsTask());
                }

                if (await FindFinishedAsync(running, hasNext: next < addresses.Count, race.Token).ConfigureAwait(false) is { } finished)
                {
                    running.Remove(finished);
                    try
                    {
                        return await finished.ConfigureAwait(false);
                    }
                    catch (SocketException e)
                    {
                        failures.Add(e);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // SocketsHttpHandler recognizes a cancellation by its own token.
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            await race.CancelAsync().ConfigureAwait(false);
            running.ForEach(Abandon);
        }

        // A host that refuses says more than a version without a route.
        throw failures.Find(failure => failure.SocketErrorCode == SocketError.ConnectionRefused) ?? failures[^1];
    }

    /// <summary>The first attempt that ends; <see langword="null"/> if it is time for the next address.</summary>
    private async Task<Task<Stream>?> FindFinishedAsync(List<Task<Stream>> running, bool hasNext, CancellationToken cancellationToken)
    {
        if (!hasNext)
        {
            return await Task.WhenAny(running).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var delay = Task.Delay(AttemptDelay, timeProvider, stop.Token);
        var first = await Task.WhenAny([.. running, delay]).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return first as Task<Stream>;
    }

    // It may have connected before it was canceled.
    private static void Abandon(Task<Stream> attempt) => _ = DisposeAsync(attempt);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Its result is not used.")]
    private static async Task DisposeAsync(Task<Stream> attempt)
    {
        try
        {
            await (await attempt.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Canceled or failed.
        }
    }
}
