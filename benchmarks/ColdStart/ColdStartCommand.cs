using System.Globalization;
using System.Runtime.InteropServices;
using Ecr.Emulator;

namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>
/// Compares whole processes from start to exit: this project's executable and a peer, alternating, against the same emulator.
/// Wall time is measured around the process; peak memory by GNU time in separate runs, because a spawned process inherits its parent's peak.
/// </summary>
internal static class ColdStartCommand
{
    public const string Name = "coldstart";

    private const int WarmUps = 3;
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    /// <param name="arguments">This project's executable, docker-credential-ecr-login, and optionally the number of runs and words to filter scenarios.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var ours, var peer, .. var rest] || !File.Exists(ours) || !File.Exists(peer))
        {
            await Console.Error.WriteLineAsync($"Usage: {Name} PATH/ecr-credential-provider PATH/docker-credential-ecr-login [RUNS [WORD]...]");
            return 2;
        }

        var runs = rest is [var number, ..] ? int.Parse(number, CultureInfo.InvariantCulture) : 40;
        Console.WriteLine($"{runs} runs each, alternating; medians. {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores.");
        Console.WriteLine();
        Console.WriteLine("| scenario | program | wall | ratio | peak memory | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var scenario in Scenario.All.Where(scenario => rest.Skip(1).All(word => scenario.Name.Contains(word, StringComparison.Ordinal))))
        {
            await RunAsync(scenario, Path.GetFullPath(ours), Path.GetFullPath(peer), runs);
        }

        return 0;
    }

    private static async Task RunAsync(Scenario scenario, string ours, string peer, int runs)
    {
        var directory = Directory.CreateTempSubdirectory("coldstart-");
        try
        {
            await using var emulator = await AwsEmulator.StartAsync();
            using var http = new DelayedLink(emulator.Address.Port, scenario.RoundTrip);
            using var https = new DelayedLink(emulator.HttpsAddress.Port, scenario.RoundTrip);
            var environment = scenario.RoundTrip == TimeSpan.Zero
                ? scenario.GetEnvironment(emulator, emulator.Address.Port, emulator.HttpsAddress.Port, directory.FullName)
                : scenario.GetEnvironment(emulator, http.Port, https.Port, directory.FullName);
            var request = $$"""{"kind":"CredentialProviderRequest","apiVersion":"credentialprovider.kubelet.k8s.io/v1","image":"{{Host}}/team/app"}""";
            Contender[] contenders =
            [
                scenario.IsWarm
                    ? new("ecr-credential-provider", ours, ["docker", "get"], Host, environment)
                    : new("ecr-credential-provider", ours, [], request, environment),
                new("docker-credential-ecr-login", peer, ["get"], Host, environment),
            ];

            using var busy = new BusyLoops(scenario.BusyLoops);
            Report(scenario, contenders, Measure(contenders, runs, directory.FullName));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static Samples[] Measure(Contender[] contenders, int runs, string directory)
    {
        var samples = contenders.Select(_ => new Samples([], [])).ToArray();
        for (var run = -WarmUps; run < runs; run++)
        {
            for (var i = 0; i < contenders.Length; i++)
            {
                var input = Path.Combine(directory, $"input-{i}");
                File.WriteAllText(input, contenders[i].Input);
                var wall = NativeProcess.Run(contenders[i], input, Path.Combine(directory, "output"));
                var memory = MeasureMemory(contenders[i], input, directory);
                if (run >= 0)
                {
                    samples[i].Wall.Add(wall.TotalMilliseconds);
                    samples[i].Memory.Add(memory);
                }
            }
        }

        return samples;
    }

    // In MiB. GNU time forks from a process so small that its own peak is negligible.
    private static double MeasureMemory(Contender contender, string input, string directory)
    {
        var report = Path.Combine(directory, "memory");
        var timed = contender with { Path = "/usr/bin/time", Arguments = ["-f", "%M", "-o", report, contender.Path, .. contender.Arguments] };
        NativeProcess.Run(timed, input, Path.Combine(directory, "output"));
        return double.Parse(File.ReadAllText(report), CultureInfo.InvariantCulture) / 1024;
    }

    private static void Report(Scenario scenario, Contender[] contenders, Samples[] samples)
    {
        var peer = samples[^1];
        for (var i = 0; i < contenders.Length; i++)
        {
            var (wall, memory) = samples[i];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {scenario.Name} | {contenders[i].Name} | {Median(wall):F1} ms | {MedianRatio(wall, peer.Wall):F2} | "
                    + $"{Median(memory):F1} MiB | {MedianRatio(memory, peer.Memory):F2} |"));
        }
    }

    // Paired, so that a temporary slowdown of the machine affects both sides of a ratio.
    private static double MedianRatio(List<double> ours, List<double> theirs) => Median([.. ours.Zip(theirs, (a, b) => a / b)]);

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private sealed record Samples(List<double> Wall, List<double> Memory);
}
