using System.ComponentModel;
using System.Globalization;
using System.Text;
using Ecr.Emulator.Services;

namespace Ecr.Emulator.Commands;

/// <summary>Shows one exchange: the kubelet's request to the real plugin, the plugin's calls to the emulator, and its response.</summary>
internal static class TryCommand
{
    public const string DefaultImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";

    public static async Task<int> RunAsync(string image, TextWriter output)
    {
        await using var emulator = await AwsEmulator.StartAsync();
        var home = Directory.CreateTempSubdirectory("ecr-emulator-");
        try
        {
            var environment = ShimProgram.MinimalEnvironment(home.FullName);
            foreach (var (name, value) in emulator.Environment())
            {
                environment[name] = value;
            }

            var request = JsonAnswer.Write(json =>
            {
                json.WriteString("kind", "CredentialProviderRequest");
                json.WriteString("apiVersion", "credentialprovider.kubelet.k8s.io/v1");
                json.WriteString("image", image);
            });

            await WriteAsync(output, "Command", ShimProgram.Path);
            await WriteAsync(output, "Environment", string.Join('\n', environment.Select(variable => $"{variable.Key}={variable.Value}")));
            await WriteAsync(output, "Request on stdin", Encoding.UTF8.GetString(request));
            var result = await PluginProcess.RunAsync(ShimProgram.Path, [], environment, (byte[])[.. request, (byte)'\n']);
            return await ReportAsync(output, emulator, result) ? 0 : 1;
        }
        catch (Win32Exception exception)
        {
            await WriteAsync(
                output, "Failed", $"cannot start '{ShimProgram.Path}': {exception.Message}. Build the solution, or set {ShimProgram.PathVariable}.");
            return 1;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task<bool> ReportAsync(TextWriter output, AwsEmulator emulator, PluginResult result)
    {
        await WriteAsync(output, "Exit code", result.ExitCode.ToString(CultureInfo.InvariantCulture) + (result.TimedOut ? " (killed after one minute)" : ""));
        if (result.StandardError.Length > 0)
        {
            await WriteAsync(output, "stderr", result.StandardError.TrimEnd());
        }

        var response = ShownResponse.Parse(result.StandardOutput.Span);
        await WriteAsync(output, "Response on stdout", response.Text);

        var requests = emulator.Requests.Select(request =>
            $"{request.Service} {request.Operation} at {request.Scheme}://{request.Host}{request.Path}, region {request.Region ?? "-"}, "
            + $"key {request.AccessKeyId ?? "-"} ({request.Principal ?? "unknown"}), "
            + $"signature {(request.SignatureVerified ? "verified" : "not verified")}, status {request.StatusCode} {request.ErrorCode}".TrimEnd());
        await WriteAsync(output, "Calls to the emulator", string.Join('\n', requests.DefaultIfEmpty("none")));
        await WriteAsync(output, "Time", string.Create(CultureInfo.InvariantCulture, $"{result.Duration.TotalMilliseconds:0} ms"));

        var succeeded = result.ExitCode == 0 && response.Passwords.Contains(emulator.Token);
        await WriteAsync(output, "Outcome", succeeded
            ? "The response contains the password that the emulator issued."
            : "The response does not contain the password that the emulator issued.");
        return succeeded;
    }

    private static async Task WriteAsync(TextWriter output, string title, string text)
    {
        await output.WriteLineAsync(title + ":");
        foreach (var line in text.Split('\n'))
        {
            await output.WriteLineAsync("    " + line);
        }
    }
}
