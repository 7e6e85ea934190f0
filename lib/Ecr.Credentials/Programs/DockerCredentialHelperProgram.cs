using System.Buffers;
using System.Text;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Programs;

/// <summary>Runs one exchange as docker, podman, skopeo and others expect it of a credential helper: an action, its input, its output, an exit code.</summary>
/// <remarks>
/// The protocol, with its texts, is that of <see href="https://github.com/docker/docker-credential-helpers"/>. It has no use for standard error: a
/// client reads the reason of a failure where it would read the answer, on standard output.
/// </remarks>
public static class DockerCredentialHelperProgram
{
    // Clients compare this text, and go on without a credential when they find it.
    private const string NotFound = "credentials not found in native keychain";

    private const string MissingServer = "no credentials server URL";

    private const string PublicHost = "public.ecr.aws";

    /// <summary>
    /// Does what the action says. On failure <paramref name="output"/> gets one line that says what is wrong, whatever hangs and whatever the input is.
    /// </summary>
    /// <remarks>
    /// <list type="table">
    /// <item><term><c>get</c></term><description>
    /// Writes user name and password for the server that the input names, with or without scheme and path. For a server that is not ECR, and for
    /// ECR Public whenever there is no password, clients are told to go on without.
    /// </description></item>
    /// <item><term><c>list</c></term><description>
    /// Writes the servers that there is a password for without further naming: the private registry of the AWS identity's own account in the default
    /// region, and ECR Public.
    /// </description></item>
    /// <item><term><c>store</c>, <c>erase</c></term><description>Refuses, because ECR's passwords are asked for when they are needed.</description></item>
    /// <item><term><c>version</c></term><description>Writes name and version.</description></item>
    /// </list>
    /// </remarks>
    /// <param name="action">What to do.</param>
    /// <param name="input">The action's input, up to the end of the stream; at most 1 MiB.</param>
    /// <param name="output">Takes the answer, or what is wrong.</param>
    /// <param name="provider">Gives the credentials.</param>
    /// <param name="ignoreStorage">Whether <c>store</c> and <c>erase</c> do nothing and succeed, for tools that insist on logging in; not by default.</param>
    /// <param name="timeout">
    /// The time that everything together may take, above zero; <see cref="CredentialProviderProgram.DefaultTimeout"/> if left out.
    /// </param>
    /// <param name="timeProvider">The clock of the timeout; the system's if left out.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    /// <returns>0, or 1 on failure.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="timeout"/> is not above zero, or above <see cref="CredentialProviderProgram.MaxTimeout"/>.
    /// </exception>
    public static async Task<int> RunAsync(
        string action,
        Stream input,
        Stream output,
        EcrCredentialProvider provider,
        bool ignoreStorage = false,
        TimeSpan? timeout = null,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(provider);

        var failure = await Exchange.RunAsync(
            token => action switch
            {
                "get" => GetAsync(input, output, provider, token),
                "list" => ListAsync(output, provider, token),
                "store" or "erase" => IgnoreOrRefuseAsync(action, input, ignoreStorage, token),
                "version" => WriteLineAsync(output, $"ecr-credential-provider (Ecr.Credentials) {ProductVersion.Text}", token),
                _ => throw Fail($"The action {MessageText.Quote(action)} is not known. It must be get, list, store, erase or version."),
            },
            timeout,
            timeProvider,
            cancellationToken).ConfigureAwait(false);
        if (failure is null)
        {
            return CredentialProviderProgram.Success;
        }

        await TryWriteLineAsync(output, failure.Message, cancellationToken).ConfigureAwait(false);
        return CredentialProviderProgram.Failure;
    }

    private static async Task GetAsync(Stream input, Stream output, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        var server = Encoding.UTF8.GetString((await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false)).Span).Trim();
        if (server.Length == 0)
        {
            throw Fail(MissingServer);
        }

        var auth = await FindAsync(GetImage(server), provider, cancellationToken).ConfigureAwait(false) ?? throw Fail(NotFound);
        await Exchange.WriteAsync(output, WriteAnswer(server, auth), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<AuthConfig?> FindAsync(string image, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.GetAuthAsync(image, cancellationToken).ConfigureAwait(false);
        }
        catch (EcrCredentialException e) when (e.Reason == EcrCredentialErrorReason.NotAnEcrRegistry || IsPublic(image, provider))
        {
            return null;
        }
    }

    // Anyone may pull from ECR Public; a failure would keep those from it who have no AWS identity.
    private static bool IsPublic(string image, EcrCredentialProvider provider) =>
        provider.Registries.TryResolveNamed(image, out var registry, out _) && registry.IsPublic;

    // Docker's keys are hosts, and for old times' sake addresses.
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

    private static async Task ListAsync(Stream output, EcrCredentialProvider provider, CancellationToken cancellationToken)
    {
        var own = FindOwnRegistryAsync(provider, cancellationToken);
        var everyones = FindAsync(PublicHost, provider, cancellationToken);

        var servers = new List<string>(2);
        if (await own.ConfigureAwait(false) is { } endpoint)
        {
            servers.Add(endpoint);
        }

        if (await everyones.ConfigureAwait(false) is not null)
        {
            servers.Add($"https://{PublicHost}");
        }

        await Exchange.WriteAsync(output, WriteList(servers), cancellationToken).ConfigureAwait(false);
    }

    // Clients ask for each server of the list afterwards. What has no password now need not be in it, and is no reason for them to give up.
    private static async Task<string?> FindOwnRegistryAsync(EcrCredentialProvider provider, CancellationToken cancellationToken)
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

    private static async Task IgnoreOrRefuseAsync(string action, Stream input, bool ignore, CancellationToken cancellationToken)
    {
        // A client that is still writing shall not find its pipe broken.
        _ = await Exchange.ReadToEndAsync(input, cancellationToken).ConfigureAwait(false);
        if (!ignore)
        {
            throw Fail(
                $"Cannot {action} credentials: those of Amazon ECR are asked for when they are needed, without logging in. "
                    + "Set AWS_ECR_IGNORE_CREDS_STORAGE=true for a tool that insists on it.");
        }
    }

    private static ReadOnlyMemory<byte> WriteAnswer(string server, AuthConfig auth)
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

    private static async Task TryWriteLineAsync(Stream output, string text, CancellationToken cancellationToken)
    {
        try
        {
            await WriteLineAsync(output, text, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Exchange.IsBrokenStream(e))
        {
            // Nobody reads any more; the exit code tells it.
        }
    }

    private static EcrCredentialException Fail(string message) => new(EcrCredentialErrorReason.InvalidRequest, message);
}
