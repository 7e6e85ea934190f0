using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amazon.Runtime;

namespace Ecr.Credentials.Aws.Identities.Profiles;

/// <summary>
/// Credentials that a command prints, which a profile names as <c>credential_process</c>:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html"/>.
/// </summary>
/// <remarks>What the command writes never shows in a message: any part of it may be a secret. Thread-safe.</remarks>
internal sealed class ProcessCredentials(TimeProvider timeProvider)
{
    /// <summary>The largest session token of AWS, with everything around it, many times over.</summary>
    private const int MaximumOutput = 64 * 1024;

    /// <summary>Runs the command and reads what it prints. When the search is cancelled, the command is killed with all that it has started.</summary>
    /// <param name="command">The command, for the shell.</param>
    /// <param name="profile">The profile that names it.</param>
    /// <param name="search">The search that the credentials are for.</param>
    /// <param name="cancellationToken">Kills the command.</param>
    /// <exception cref="EcrCredentialException">The command fails, or prints something else than credentials.</exception>
    public async Task<AwsIdentity> GetAsync(string command, AwsProfile profile, IdentitySearch search, CancellationToken cancellationToken)
    {
        var source = $"The credential_process of {profile}";
        search.PendingStep = $"{source} had not ended yet.";
        var output = await RunAsync(command, source, cancellationToken).ConfigureAwait(false);
        return Parse(output, source, profile);
    }

    private static async Task<ReadOnlyMemory<byte>> RunAsync(string command, string source, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(command, source);

        // Whoever cancels tells its caller next, and the program may end with that: the command has to be dead before Cancel returns.
        using var kill = cancellationToken.UnsafeRegister(static state => Kill((Process)state!), process);

        // The command ends when its last word is read, or with a broken pipe. Reading may outlast a kill, where a process that got away keeps the pipe open.
        process.StandardInput.Close();
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        var buffer = new byte[MaximumOutput + 1];
        var length = await process.StandardOutput.BaseStream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, CancellationToken.None)
            .AsTask()
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        if (length == buffer.Length)
        {
            Kill(process);
            throw Failure($"{source} printed more than {MaximumOutput / 1024} KiB. Let it print the credentials, in JSON, and nothing else.");
        }

        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return process.ExitCode == 0 ? buffer.AsMemory(0, length) : throw Failed(process.ExitCode, source);
    }

    private static Process Start(string command, string source)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe", $"/c {command}") : new ProcessStartInfo("sh", ["-c", command]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Failure($"{source} cannot be started: {MessageText.OneLine(e.Message)}", e);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself meanwhile, or has become another user's, who alone may kill it.
        }
    }

    // The exit codes of a shell: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02.
    private static EcrCredentialException Failed(int exitCode, string source)
    {
        var why = exitCode switch
        {
            126 => " (it cannot be executed)",
            127 => " (there is no such command)",
            _ => "",
        };
        return Failure(string.Create(
            CultureInfo.InvariantCulture,
            $"{source} failed with exit code {exitCode}{why}. Run it by hand, as this user, to see why: what it writes is not shown here, as it may hold a secret."));
    }

    private AwsIdentity Parse(ReadOnlyMemory<byte> output, string source, AwsProfile profile)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var answer = document.RootElement;
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("Version", out var version) || !IsOne(version))
            {
                throw NoCredentials(source, "is not an object with \"Version\": 1");
            }

            var accessKey = GetText(answer, "AccessKeyId") ?? throw NoCredentials(source, "lacks the AccessKeyId");
            var secretKey = GetText(answer, "SecretAccessKey") ?? throw NoCredentials(source, "lacks the SecretAccessKey");
            CheckExpiration(answer, source);
            return new AwsIdentity(
                new ImmutableCredentials(accessKey, secretKey, GetText(answer, "SessionToken")), $"the credential_process of {profile}");
        }
        catch (JsonException)
        {
            // Not passed on, because the reader's message may repeat some of the text.
            throw NoCredentials(source, "is not JSON");
        }
    }

    private void CheckExpiration(JsonElement answer, string source)
    {
        if (GetText(answer, "Expiration") is not { } text)
        {
            return;
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expiration))
        {
            throw NoCredentials(source, "has an Expiration that is not a time");
        }

        if (expiration <= timeProvider.GetUtcNow())
        {
            throw new EcrCredentialException(
                EcrCredentialErrorReason.AwsCredentialsRejected,
                string.Create(CultureInfo.InvariantCulture, $"{source} printed credentials that expired at {expiration.UtcDateTime:u}. Renew what it gets them from; look at the clock, too."));
        }
    }

    private static bool IsOne(JsonElement version) => version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) && number == 1;

    private static string? GetText(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static EcrCredentialException NoCredentials(string source, string why) => Failure(
        $"{source} printed something that {why}. Let it print credentials as https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html says.");

    private static EcrCredentialException Failure(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.NoAwsCredentials, message, cause);
}
