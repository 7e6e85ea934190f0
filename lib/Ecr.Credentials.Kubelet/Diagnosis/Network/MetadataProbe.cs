using System.Net.Sockets;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>Requests a session token from the instance metadata service, and distinguishes a service that does not exist from an answer that is lost.</summary>
internal static class MetadataProbe
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public static async Task<MetadataAnswer> RunAsync(Uri endpoint, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var isConnected = false;
        using var timeout = new CancellationTokenSource(Timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ConnectTimeout = ConnectTimeout };
        handler.ConnectCallback = async (connection, token) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(connection.DnsEndPoint, token).ConfigureAwait(false);
                isConnected = true;
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(endpoint, "latest/api/token"));
        request.Headers.Add("x-aws-ec2-metadata-token-ttl-seconds", "60");
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return new MetadataAnswer(isConnected, response.StatusCode);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // A connection that was closed without an answer is not what a hop limit does.
            return new MetadataAnswer(isConnected && exception is OperationCanceledException, null);
        }
    }
}
