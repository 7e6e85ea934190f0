using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Processes;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// Credentials printed by the command that a profile names as <c>credential_process</c>:
/// <see href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html"/>.
/// </summary>
/// <remarks>The command's output never appears in a message: any part of it may be a secret. Thread-safe.</remarks>
internal sealed class ProcessCredentials(TimeProvider timeProvider)
{
    // Many times the largest session token.
    private const int MaxOutputLength = 64 * 1024;

    /// <summary>Runs the command and reads its output.</summary>
    /// <param name="command">The command, for the shell.</param>
    /// <param name="profile">The profile that names it.</param>
    /// <param name="lookup">What the credentials are for.</param>
    /// <param name="cancellationToken">Kills the command with all that it has started.</param>
    /// <exception cref="EcrCredentialException">The command fails, or does not print credentials.</exception>
    public async Task<ResolvedCredentials> GetAsync(string command, ConfigSection profile, CredentialLookup lookup, CancellationToken cancellationToken)
    {
        var source = $"the credential_process of {profile}";
        lookup.Progress.WaitingFor = $"waiting for {source}";
        var output = await RunAsync(command, source, cancellationToken).ConfigureAwait(false);
        return Parse(output, source, profile);
    }

    private static async Task<ReadOnlyMemory<byte>> RunAsync(string command, string source, CancellationToken cancellationToken)
    {
        var result = await StartAsync(command, source, cancellationToken).ConfigureAwait(false);
        if (result.IsOutputTooLong)
        {
            throw Failure($"{source} printed more than {MaxOutputLength / 1024} KiB: it must print only the credentials, as JSON");
        }

        return result.ExitCode == 0 ? result.Output : throw Failed(result.ExitCode, source);
    }

    private static async Task<ChildProcessResult> StartAsync(string command, string source, CancellationToken cancellationToken)
    {
        // By its absolute path: .NET looks for a bare name in the working directory first, which anyone may have written.
        var shell = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(Path.Join(Environment.SystemDirectory, "cmd.exe"), $"/c {command}")
            : new ProcessStartInfo("/bin/sh", ["-c", command]);
        try
        {
            return await ChildProcess.RunAsync(shell, input: default, MaxOutputLength, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception e)
        {
            throw Failure($"cannot start {source}: {MessageText.OneLine(e.Message)}", e);
        }
    }

    // The exit codes of a shell: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02.
    private static EcrCredentialException Failed(int exitCode, string source)
    {
        var why = exitCode switch
        {
            126 => " (not executable)",
            127 => " (command not found)",
            _ => "",
        };
        return Failure(string.Create(
            CultureInfo.InvariantCulture,
            $"{source} failed with exit code {exitCode}{why}. Run it as this user to see why; its output is not shown because it may contain a secret."));
    }

    internal ResolvedCredentials Parse(ReadOnlyMemory<byte> output, string source, ConfigSection profile)
    {
        try
        {
            return new ResolvedCredentials(Parse(output), $"the credential_process of {profile}");
        }
        catch (FormatException e)
        {
            throw Failure(
                $"{source} printed invalid credentials: {e.Message}. "
                    + "See https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html for the format.",
                e);
        }
    }

    private ImmutableCredentials Parse(ReadOnlyMemory<byte> output)
    {
        try
        {
            using var document = JsonText.Parse(output);
            if (!IsVersionOne(document.RootElement))
            {
                throw new FormatException("expected an object with \"Version\": 1");
            }

            CheckExpiration(document.RootElement);
            return CredentialsDocument.Read(document.RootElement, "SessionToken");
        }
        catch (JsonException)
        {
            // Its message may quote the output.
            throw new FormatException("not JSON");
        }
    }

    private static bool IsVersionOne(JsonElement document) =>
        document.ValueKind == JsonValueKind.Object
        && document.TryGetProperty("Version", out var version)
        && version.ValueKind == JsonValueKind.Number
        && version.TryGetInt32(out var number)
        && number == 1;

    private void CheckExpiration(JsonElement document)
    {
        if (!document.TryGetProperty("Expiration", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var expiration = DateTimeOffset.TryParse(
            document.FindText("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : throw new FormatException("Expiration is not a valid time");
        if (expiration <= timeProvider.GetUtcNow())
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"expired at {expiration.UtcDateTime:u}"));
        }
    }

    private static EcrCredentialException Failure(string message, Exception? cause = null) =>
        new(EcrCredentialErrorReason.NoAwsCredentials, message, cause);
}
