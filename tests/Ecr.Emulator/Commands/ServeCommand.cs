using System.Globalization;
using System.Runtime.InteropServices;

namespace Ecr.Emulator.Commands;

/// <summary>Runs the emulator interactively at a terminal.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var port = 0;
        string? region = null;
        for (var rest = arguments.AsSpan(); rest.Length > 0; rest = rest[2..])
        {
            switch (rest)
            {
                case ["--port", var text, ..] when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                    port = number;
                    break;
                case ["--region", var text, ..]:
                    region = text;
                    break;
                default:
                    return Usage.Refuse($"unknown arguments '{string.Join(' ', rest.ToArray())}' for serve", error);
            }
        }

        using var ended = new SemaphoreSlim(0);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.Release();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

        await using var emulator = await AwsEmulator.StartAsync(new AwsEmulatorOptions
        {
            Port = port,
            Region = region,
            Answered = request => output.WriteLine(request),
        });

        foreach (var (name, value) in emulator.Environment())
        {
            await output.WriteLineAsync($"export {name}={value}");
        }

        await output.WriteLineAsync("# Instead of AWS_ENDPOINT_URL, to reach the emulator under AWS's own host names:");
        foreach (var (name, value) in emulator.ProxyEnvironment().ExceptBy(emulator.Environment().Keys, variable => variable.Key))
        {
            await output.WriteLineAsync($"# export {name}={value}");
        }

        await output.WriteLineAsync("# Press Ctrl+C to stop. Requests:");
        await ended.WaitAsync();
        return 0;
    }
}
