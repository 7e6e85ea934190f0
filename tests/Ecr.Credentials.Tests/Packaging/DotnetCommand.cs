using System.Diagnostics;

namespace Ecr.Credentials.Tests.Packaging;

/// <summary>Runs the SDK's <c>dotnet</c> in the repository, on existing build output.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs a command and waits for it to exit.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="AssertionException">The command failed; the message contains its output.</exception>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A build node that stays alive would keep the pipes open.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.That(process.ExitCode, Is.Zero, $"dotnet {string.Join(' ', arguments)}\n{await output}{await error}");
        return await output;
    }
}
