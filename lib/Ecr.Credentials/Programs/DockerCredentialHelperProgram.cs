using System.Buffers;
using System.Text;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Programs;

/// <summary>Serves one exchange as a Docker credential helper (docker, podman, skopeo, ...): an action, its input, its output, an exit code.</summary>
/// <remarks>
/// The protocol and its texts are those of <see href="https://github.com/docker/docker-credential-helpers"/>. On failure a client reads the reason where
/// it would read the answer, on standard output, and gives up; standard error it passes on to the user.
/// </remarks>
public static class DockerCredentialHelperProgram
{
    // Clients compare this text and continue without credentials.
    private const string NotFound = "credentials not found in native keychain";

    private const string MissingServer = "no credentials server URL";

    private const string PublicHost = "public.ecr.aws";

    /// <summary>
    /// Performs the action. On failure one line is written to <paramref name="output"/>, for any input and whatever blocks.
    /// </summary>
    /// <remarks>
    /// <list type="table">
    /// <item><term><c>get</c></term><description>
    /// Writes user name and password for the server in the input, with or without scheme and path. On failure the answer makes clients continue without
    /// credentials, and one line on <paramref name="error"/> says what is wrong; none for a server that is not ECR, nor for ECR Public, which needs no
    /// password.
    /// </description></item>
    /// <item><term><c>list</c></term><description>
    /// Writes the servers that need no further configuration: the private registry of the caller's own account in the default region, and ECR Public.
    /// </description></item>
    /// <item><term><c>store</c></term><description>Fails, because ECR passwords are fetched on demand.</description></item>
    /// <item><term><c>erase</c></term><description>Removes the passwords that are cached in files for the server; fails if it is not ECR.</description></item>
    /// <item><term><c>version</c></term><description>Writes name and version.</description></item>
    /// </list>
    /// </remarks>
    /// <param name="action">The action.</param>
    /// <param name="input">The action's input, up to the end of the stream; at most 1 MiB.</param>
    /// <param name="output">Receives the answer, or what is wrong.</param>
    /// <param name="error">Receives the line that says why <c>get</c> failed.</param>
    /// <param name="provider">Provides the credentials.</param>
    /// <param name="ignoreStorage">Whether <c>store</c> and <c>erase</c> do nothing and succeed, for tools that insist on logging in; not by default.</param>
    /// <param name="options">Timeout, clock and advice; the defaults if omitted.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns>
    /// <see cref="ExitCode.Success"/> or <see cref="ExitCode.Failure"/>; <see cref="ExitCode.UsageError"/> if the input is a request of the kubelet, which
    /// then has a helper configured as its provider.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static Task<int> RunAsync(
        string action,
        Stream input,
        Stream output,
        TextWriter error,
        EcrCredentialProvider provider,
        bool ignoreStorage = false,
        ProgramOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return RunAsync(action, input, output, error, new EcrHelper(provider), ignoreStorage, options ?? new ProgramOptions(), cancellationToken);
    }

    /// <summary>
    /// As the other overload, for a registry of any kind: a helper of your own. It lists no servers, and <c>erase</c> fails, because nothing is stored.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="input">The action's input, up to the end of the stream; at most 1 MiB.</param>
    /// <param name="output">Receives the answer, or what is wrong.</param>
    /// <param name="error">Receives the line that says why <c>get</c> failed.</param>
    /// <param name="getCredential">
    /// Returns the credential for a server, whose scheme is removed, or <see langword="null"/> if it has none. An <see cref="EcrCredentialException"/>
    /// determines the error line; other exceptions are reported as unexpected.
    /// </param>
    /// <param name="ignoreStorage">Whether <c>store</c> and <c>erase</c> do nothing and succeed, for tools that insist on logging in; not by default.</param>
    /// <param name="options">Name, timeout, clock and advice; the defaults if omitted.</param>
    /// <param name="cancellationToken">Cancels the exchange.</param>
    /// <returns>As for the other overload.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public static Task<int> RunAsync(
        string action,
        Stream input,
        Stream output,
        TextWriter error,
        Func<string, CancellationToken, ValueTask<RegistryCredential?>> getCredential,
        bool ignoreStorage = false,
        ProgramOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(getCredential);
        return RunAsync(action, input, output, error, new DelegateHelper(getCredential), ignoreStorage, options ?? new ProgramOptions(), cancellationToken);
    }

    private static async Task<int> RunAsync(
        string action,
        Stream input,
        Stream output,
        TextWriter error,
        IHelper helper,
        bool ignoreStorage,
        ProgramOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);

        var isKubelet = false;
        var failure = await Exchange.RunAsync(
            token => action switch
            {
                "get" => GetAsync(input, output, helper, token),
                "list" => ListAsync(output, helper, token),
                "store" => IgnoreOrRefuseAsync(action, input, helper, ignoreStorage, token),
                "erase" => EraseAsync(input, helper, ignoreStorage, token),
                "version" => WriteLineAsync(output, $"{options.Name} (Ecr.Credentials) {ProductVersion.Text}", token),
                _ => RefuseAsync(token),
            },
            options,
            cancellationToken).ConfigureAwait(false);
        if (failure is null)
        {
            return ExitCode.Success;
        }

        if (isKubelet)
        {
            return await Exchange.ReportAsync(failure, error, options).ConfigureAwait(false);
        }

        var answer = failure.Message;
        if (action == "get" && answer is not (NotFound or MissingServer))
        {
            await Exchange.WriteErrorAsync(answer, error, options).ConfigureAwait(false);
            answer = NotFound;
        }

        var writing = options.MayBlock
            ? WriteLineAsync(output, answer, cancellationToken)
            : Task.Run(() => WriteLineAsync(output, answer, cancellationToken), CancellationToken.None);
        if (!await Exchange.LeaveBehindAsync(writing).ConfigureAwait(false) && answer == failure.Message)
        {
            await Exchange.WriteErrorAsync(answer, error, options).ConfigureAwait(false);
        }

        return ExitCode.Failure;

        // A kubelet whose configuration names a provider docker-credential-* starts it without an action, and logs standard error alone.
        async Task RefuseAsync(CancellationToken token)
        {
            var request = await Exchange.ReadToEndAsync(input, token).ConfigureAwait(false);
            isKubelet = CredentialProviderRequest.TryParse(request.Span, out _, out _);
            throw isKubelet
                ? EcrCredentialException.InvalidConfiguration(
                    "received a request of the kubelet, but runs as a Docker credential helper because its name begins with docker-credential-: "
                        + "rename the kubelet's provider and its executable, for example to ecr-credential-provider")
                : Fail($"unknown action {MessageText.Quote(action)}: expected get, list, store, erase or version");
        }
    }

    private static async Task GetAsync(Stream input, Stream output, IHelper helper, CancellationToken cancellationToken)
    {
        var server = await ReadServerAsync(input, cancellationToken).ConfigureAwait(false);
        if (server.Length == 0)
        {
            throw Fail(MissingServer);
        }

        var auth = await helper.FindAsync(GetImage(server), cancellationToken).ConfigureAwait(false) ?? throw Fail(NotFound);
        await Exchange.WriteAsync(output, WriteAnswer(server, auth), cancellationToken).ConfigureAwait(false);
    }

    // Docker's keys are hosts and, for historical reasons, URLs.
    private static string GetImage(string server)
    {
        var image = server.AsSpan();
        foreach (var scheme in (ReadOnlySpan<string>)["https://", "http://"])
        {
            if (image.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                image = image[scheme.Length..];
                break;
            }
        }

        return image.TrimEnd('/').ToString();
    }

    private static async Task ListAsync(Stream output, IHelper helper, CancellationToken cancellationToken) =>
        await Exchange.WriteAsync(output, WriteList(await helper.ListAsync(cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);

    private static async Task<string> ReadServerAsync(Stream input, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString((await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false)).Span).Trim();

    private static async Task IgnoreOrRefuseAsync(string action, Stream input, IHelper helper, bool ignore, CancellationToken cancellationToken)
    {
        // Read to the end, so that a client that is still writing does not get a broken pipe.
        _ = await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false);
        if (!ignore)
        {
            throw Fail($"{action} is not supported: {helper.StorageAdvice}");
        }
    }

    // Nothing is stored for a login, but passwords are cached.
    private static async Task EraseAsync(Stream input, IHelper helper, bool ignore, CancellationToken cancellationToken)
    {
        var server = await ReadServerAsync(input, cancellationToken).ConfigureAwait(false);
        if (!helper.TryErase(GetImage(server)) && !ignore)
        {
            throw Fail(helper.DescribeUnknown(server));
        }
    }

    private static ReadOnlyMemory<byte> WriteAnswer(string server, RegistryCredential auth)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new GoJsonWriter(buffer);
        writer.WriteRaw("{\"ServerURL\":"u8);
        writer.WriteString(server);
        writer.WriteRaw(",\"Username\":"u8);
        writer.WriteString(auth.Username);
        writer.WriteRaw(",\"Secret\":"u8);
        writer.WriteString(auth.Password);
        writer.WriteRaw("}\n"u8);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> WriteList(List<string> servers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new GoJsonWriter(buffer);
        writer.WriteRaw("{"u8);
        foreach (var server in servers)
        {
            writer.WriteRaw(server == servers[0] ? ""u8 : ","u8);
            writer.WriteString(server);
            writer.WriteRaw(":\"AWS\""u8);
        }

        writer.WriteRaw("}\n"u8);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    private static Task WriteLineAsync(Stream output, string text, CancellationToken cancellationToken) =>
        Exchange.WriteAsync(output, Encoding.UTF8.GetBytes($"{text}\n"), cancellationToken);

    private static EcrCredentialException Fail(string message) => new(EcrCredentialErrorReason.InvalidRequest, message);

    /// <summary>What the actions do for registries of one kind.</summary>
    private interface IHelper
    {
        string StorageAdvice { get; }

        Task<RegistryCredential?> FindAsync(string image, CancellationToken cancellationToken);

        Task<List<string>> ListAsync(CancellationToken cancellationToken);

        bool TryErase(string image);

        string DescribeUnknown(string server);
    }

    private sealed class EcrHelper(EcrCredentialProvider provider) : IHelper
    {
        public string StorageAdvice =>
            "ECR passwords are fetched on demand, so no docker login is needed. Set AWS_ECR_IGNORE_CREDS_STORAGE=true to ignore the request.";

        public async Task<RegistryCredential?> FindAsync(string image, CancellationToken cancellationToken)
        {
            try
            {
                return await provider.GetAuthAsync(image, cancellationToken).ConfigureAwait(false);
            }
            catch (EcrCredentialException e) when (e.Reason == EcrCredentialErrorReason.NotAnEcrRegistry || provider.IsPublic(image))
            {
                // ECR Public allows anonymous pulls; an error would prevent them for users without AWS credentials.
                return null;
            }
        }

        public async Task<List<string>> ListAsync(CancellationToken cancellationToken)
        {
            var privateRegistry = FindOwnRegistryAsync(cancellationToken);
            var publicRegistry = FindAsync(PublicHost, cancellationToken);
            await Task.WhenAll(privateRegistry, publicRegistry).ConfigureAwait(false);

            var servers = new List<string>(2);
            if (await privateRegistry.ConfigureAwait(false) is { } endpoint)
            {
                servers.Add(endpoint);
            }

            if (await publicRegistry.ConfigureAwait(false) is not null)
            {
                servers.Add($"https://{PublicHost}");
            }

            return servers;
        }

        public bool TryErase(string image) => provider.TryForget(image);

        public string DescribeUnknown(string server) => $"{MessageText.Quote(server)} is not an Amazon ECR registry host: nothing is stored for it";

        // Clients request each listed server afterwards. A server without a password is left out, so that they do not give up.
        private async Task<string?> FindOwnRegistryAsync(CancellationToken cancellationToken)
        {
            try
            {
                var token = await provider.GetDefaultTokenAsync(cancellationToken).ConfigureAwait(false);
                return token.ProxyEndpoint is { } endpoint && EcrRegistry.TryParse(GetImage(endpoint), out _) ? endpoint : null;
            }
            catch (EcrCredentialException)
            {
                return null;
            }
        }
    }

    private sealed class DelegateHelper(Func<string, CancellationToken, ValueTask<RegistryCredential?>> getCredential) : IHelper
    {
        public string StorageAdvice => "passwords are fetched on demand, so no docker login is needed";

        public Task<RegistryCredential?> FindAsync(string image, CancellationToken cancellationToken) => getCredential(image, cancellationToken).AsTask();

        public Task<List<string>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<List<string>>([]);

        public bool TryErase(string image) => false;

        public string DescribeUnknown(string server) => $"nothing is stored for {MessageText.Quote(server)}";
    }
}
