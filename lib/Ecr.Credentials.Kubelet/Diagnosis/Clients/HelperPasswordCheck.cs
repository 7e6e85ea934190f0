using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Processes;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Whether the helper, run as clients run it, returns a password for the host.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HelperPasswordCheck : NodeCheck
{
    private const int MaxOutputLength = 1 << 20;

    public override string Id => "password";

    public override string Title => "helper returns a password";

    public override IReadOnlyList<string> Requires => ["helper-program", "image"];

    public override IReadOnlyList<string> After => ["clock", "network"];

    public override async Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken)
    {
        var findings = context.Clients!;
        var host = context.Host!;
        var start = new ProcessStartInfo(findings.Program!, ["get"]) { WorkingDirectory = "/" };
        start.Environment.Clear();
        foreach (var (name, value) in findings.Environment)
        {
            start.Environment[name] = value;
        }

        var started = context.Options.TimeProvider.GetTimestamp();
        ChildProcessResult result;
        try
        {
            result = await ChildProcess.RunAsync(start, Encoding.UTF8.GetBytes(host), MaxOutputLength, cancellationToken).ConfigureAwait(false);
        }
        catch (Win32Exception exception)
        {
            return Fail($"cannot start {MessageText.Quote(findings.Program)}: {MessageText.OneLine(exception.Message)}", "install the helper for this system");
        }

        if (result.ExitCode != 0)
        {
            var reason = ReasonOf(result);
            return Fail(reason, PasswordCheck.FindRemedy(reason, context.EnvironmentName) ?? "mend what the helper reports; its log is shown by its option -v");
        }

        context.Credential = Parse(result.Output.Span, host);
        var time = context.Options.TimeProvider.GetElapsedTime(started);
        return context.Credential is null
            ? Fail("the helper's answer is not that of a credential helper", "check that the program is ecr-credential-provider under the helper's name")
            : Ok(string.Create(CultureInfo.InvariantCulture, $"a password in {time.TotalSeconds:0.0} s (not shown)"));
    }

    // The reason is on standard error; what clients understand is on standard output.
    private static string ReasonOf(ChildProcessResult result)
    {
        const string Prefix = "ecr-credential-provider: ";
        var error = Encoding.UTF8.GetString(result.Error.Span).Trim();
        var line = error.Length > 0 ? error.Split('\n')[^1] : Encoding.UTF8.GetString(result.Output.Span).Trim();
        line = line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : line;
        return line.Length > 0 ? MessageText.OneLine(line) : string.Create(CultureInfo.InvariantCulture, $"the helper ended with exit code {result.ExitCode}");
    }

    // https://github.com/docker/docker-credential-helpers#development
    private static ImageCredential? Parse(ReadOnlySpan<byte> output, string host)
    {
        try
        {
            var reader = new Utf8JsonReader(output);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.TryGetProperty("Username", out var username) && document.RootElement.TryGetProperty("Secret", out var secret)
                && username.GetString() is { Length: > 0 } name && secret.GetString() is { Length: > 0 } password
                ? new ImageCredential("docker-credential", host, name, password, null)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
