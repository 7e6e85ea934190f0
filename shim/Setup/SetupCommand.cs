using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Diagnosis;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Restarting;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Shim.Doctor;
using Ecr.Credentials.Shim.Kubelet;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Setup;

/// <summary>Runs <c>setup</c>.</summary>
internal static class SetupCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var output = new StreamWriter(StandardStream.OpenOutput(), new UTF8Encoding(false));
        using var error = new StreamWriter(StandardStream.OpenError(), new UTF8Encoding(false));
        try
        {
            var line = SetupCommandLine.Parse(arguments.ToArray());
            if (line.IsHelp)
            {
                return KubeletCommand.TryWrite(output, SetupCommandLine.Help) ? ExitCode.Success : ExitCode.Failure;
            }

            if (!OperatingSystem.IsLinux())
            {
                throw new FormatException("setup runs on Linux only");
            }

            return await RunAsync(line, output, error);
        }
        catch (FormatException e)
        {
            _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {MessageText.OneLine(e.Message)}");
            return ExitCode.UsageError;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {MessageText.OneLine(e.Message)}");
            return ExitCode.Failure;
        }
        catch (OperationCanceledException)
        {
            _ = KubeletCommand.TryWrite(error, "ecr-credential-provider: canceled; nothing is changed");
            return ExitCode.Failure;
        }
    }

    [SupportedOSPlatform("linux")]
    private static async Task<int> RunAsync(SetupCommandLine line, StreamWriter output, StreamWriter error)
    {
        var layout = await DetectAsync(line);
        if (!line.Removes)
        {
            line.AddVariables([.. line.EnvironmentFiles.SelectMany(SetupVariables.ReadFile), .. line.PromptedVariables.Select(SetupVariables.Ask)]);
            line.Setup.ExecutablePath ??= FindExecutable(layout);
        }

        if (line.HasVisibleSecret)
        {
            _ = KubeletCommand.TryWrite(error, "ecr-credential-provider: other users can see a secret on a command line; use --env NAME or --env-file");
        }

        var plan = line.Removes ? NodeSetup.PlanRemoval(layout) : NodeSetup.Plan(layout, line.Setup);
        if (plan.Refusals.Count > 0)
        {
            foreach (var refusal in plan.Refusals)
            {
                _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {refusal}");
            }

            return ExitCode.UsageError;
        }

        if (plan.Instructions is { } instructions)
        {
            return KubeletCommand.TryWrite(output, instructions.TrimEnd('\n')) ? ExitCode.Success : ExitCode.Failure;
        }

        CheckProviderArguments(plan);
        _ = KubeletCommand.TryWrite(output, SetupReport.OfPlan(plan));
        if (plan.MissingPermissions.Count > 0)
        {
            _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: no permission to write \"{plan.MissingPermissions[0]}\"; run as root");
            if (!line.IsDryRun)
            {
                return ExitCode.UsageError;
            }
        }

        if (line.Image is { } image && !line.Removes && await TryPasswordAsync(plan, line, image) is { } problem)
        {
            _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: no password for {MessageText.Quote(image)}: {problem}; nothing is changed");
            return ExitCode.Failure;
        }

        if (line is { Image: null, Restarts: true, Removes: false })
        {
            _ = KubeletCommand.TryWrite(output, "\nNo password is fetched before the restart: name an image with --image.");
        }

        _ = KubeletCommand.TryWrite(output, line.Image is null || line.Removes ? "" : $"\nGot a password for {line.Image} (not shown).");
        if (line.IsDryRun)
        {
            _ = KubeletCommand.TryWrite(output, "\nNothing is changed (--dry-run).");
            return ExitCode.Success;
        }

        var changes = plan.Changes.Count > 0 || (line.Restarts && plan.ServiceToRestart is not null);
        if (changes && !line.IsConfirmed && !Confirm())
        {
            _ = KubeletCommand.TryWrite(output, "Nothing is changed.");
            return ExitCode.Failure;
        }

        using var signals = new CancelSignals();
        var options = new NodeApplyOptions { Restart = line.Restarts, RestartTimeout = line.RestartTimeout };
        if (line.Restarts && !line.Removes)
        {
            options.CheckBeforeRestart = cancellationToken => CheckBeforeRestartAsync(line, cancellationToken);
        }

        var result = await NodeSetup.ApplyAsync(plan, options, signals.Token);
        var exitCode = Report(result, plan, line, output, error);
        if (result.Outcome is NodeSetupOutcome.Applied or NodeSetupOutcome.NothingToDo && !line.Removes && line.Root == "/")
        {
            var report = await ExamineAsync(line, isBeforeRestart: !line.Restarts && plan.ServiceToRestart is not null, signals.Token);
            _ = KubeletCommand.TryWrite(output, $"\n{DoctorText.Create(report, DoctorStyle.OfOutput())}");
        }

        return exitCode;
    }

    // The kubelet's files are in place. A check of what the registry has says nothing about them.
    [SupportedOSPlatform("linux")]
    private static async Task<string?> CheckBeforeRestartAsync(SetupCommandLine line, CancellationToken cancellationToken)
    {
        var report = await ExamineAsync(line, isBeforeRestart: true, cancellationToken);
        return report.Checks.FirstOrDefault(check => check.Result == DiagnosisResult.Failed && check.Id is not ("manifest" or "space")) is { } failed
            ? $"the kubelet would not pull: {failed.Id}: {failed.Evidence}; {failed.Remedy}"
            : null;
    }

    [SupportedOSPlatform("linux")]
    private static Task<DiagnosisReport> ExamineAsync(SetupCommandLine line, bool isBeforeRestart, CancellationToken cancellationToken)
    {
        var options = DoctorCommand.CreateOptions(line.Image, line.Root, line.Layout);
        options.IsBeforeRestart = isBeforeRestart;
        return DoctorCommand.RunAsync(options, cancellationToken);
    }

    [SupportedOSPlatform("linux")]
    private static async Task<NodeLayout> DetectAsync(SetupCommandLine line)
    {
        if (!Directory.Exists(line.Root))
        {
            throw new FormatException($"invalid --root {MessageText.Quote(line.Root)}: there is no such directory");
        }

        var layout = NodeLayout.Detect(line.Root, line.Layout)
            ?? throw new FormatException($"no kubelet found in {MessageText.Quote(line.Root)}; name the distribution, see setup --help");
        if (line.RequiresEks && layout.Distribution is not (NodeDistribution.EksAl2023 or NodeDistribution.EksHybrid))
        {
            throw new FormatException($"this is not a node of Amazon EKS but {layout}");
        }

        if (layout.KubernetesVersion is null && await KubeletVersionQuery.RunAsync(layout, TimeProvider.System, CancellationToken.None) is { } version)
        {
            line.Layout.KubernetesVersion = version;
            layout = NodeLayout.Detect(line.Root, line.Layout) ?? layout;
        }

        return layout;
    }

    // Only a native executable is one file. Run from its place in the bin directory, it need not be copied.
    [SupportedOSPlatform("linux")]
    private static string? FindExecutable(NodeLayout layout)
    {
        var path = Environment.ProcessPath!;
        if (File.Exists(Path.Join(AppContext.BaseDirectory, "ecr-credential-provider.dll")))
        {
            throw new FormatException("this build consists of several files; name the native executable with --executable");
        }

        return Path.GetDirectoryName(path) == layout.GetHostPath(layout.BinDirectory) && Path.GetFileName(path) == "ecr-credential-provider" ? null : path;
    }

    // Arguments of the Go plugin of the same name, say.
    [SupportedOSPlatform("linux")]
    private static void CheckProviderArguments(NodeSetupPlan plan)
    {
        if (plan.Provider is { } provider && CommandLine.Parse(provider.Name, [.. provider.Arguments], new StandardError()) is { Error: { } error })
        {
            throw new FormatException($"the provider in \"{plan.Layout.ConfigurationPath}\" has an argument that is not valid here: {error}");
        }
    }

    // With the executable that is installed, not yet from its place, in the environment that it will have there.
    [SupportedOSPlatform("linux")]
    private static async Task<string?> TryPasswordAsync(NodeSetupPlan plan, SetupCommandLine line, string image)
    {
        using var signals = new CancelSignals();
        var planned = plan.Provider!;
        var executable = line.Setup.ExecutablePath ?? Path.Join(plan.Layout.BinDirectory, planned.Name);
        var provider = new CredentialProvider
        {
            Name = Path.GetFileName(executable),
            MatchImages = planned.MatchImages,
            DefaultCacheDuration = planned.DefaultCacheDuration,
            ApiVersion = planned.ApiVersion,
            Arguments = planned.Arguments,
            Environment = planned.Environment,
        };
        using var kubelet = new KubeletCredentials(
            [provider], Path.GetDirectoryName(executable)!, new KubeletCredentialsOptions { Environment = plan.Layout.Environment });
        var explanation = await kubelet.ExplainAsync(image, cancellationToken: signals.Token);
        return explanation switch
        {
            { Error: { } error } => error,
            { Credentials.Count: > 0 } => null,
            { Providers: [{ MatchedPattern: null }] } => "no pattern of --images matches it",
            { Providers: [{ Error: { } error }] } => WithoutPrefix(error),
            _ => "the plugin returned none",
        };
    }

    // What the kubelet says around the plugin's own words is of no use here.
    private static string WithoutPrefix(string error)
    {
        const string Prefix = ": ecr-credential-provider: ";
        var start = error.LastIndexOf(Prefix, StringComparison.Ordinal);
        return start < 0 ? error : error[(start + Prefix.Length)..];
    }

    [SupportedOSPlatform("linux")]
    private static bool Confirm() => Terminal.IsInteractive
        ? Terminal.Confirm("\nContinue? [y/N] ")
        : throw new FormatException("standard input is not a terminal: confirm with --yes");

    [SupportedOSPlatform("linux")]
    private static int Report(NodeSetupResult result, NodeSetupPlan plan, SetupCommandLine line, StreamWriter output, StreamWriter error)
    {
        switch (result.Outcome)
        {
            case NodeSetupOutcome.NothingToDo:
                _ = KubeletCommand.TryWrite(
                    output,
                    plan.ServiceToRestart is null ? "\nNothing to do."
                        : $"\nNothing to do but to restart the kubelet: {SetupReport.RestartCommand(plan)}");
                return ExitCode.Success;

            case NodeSetupOutcome.Applied:
                foreach (var backup in result.Backups)
                {
                    _ = KubeletCommand.TryWrite(output, $"Backup: {backup}");
                }

                _ = KubeletCommand.TryWrite(output, result.RestartTime is { } time
                    ? $"\nDone: the kubelet was ready after {time.TotalSeconds:0} s."
                    : plan.ServiceToRestart is null ? "\nDone." : $"\nDone. Restart the kubelet for it to take effect: {SetupReport.RestartCommand(plan)}");
                _ = KubeletCommand.TryWrite(output, line.Removes ? "" : "Undo it with: ecr-credential-provider setup --remove");
                return ExitCode.Success;

            case NodeSetupOutcome.Refused:
                _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {result.Message}");
                return ExitCode.UsageError;

            case NodeSetupOutcome.RolledBack:
                _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {result.Message}; everything is as it was before");
                return ExitCode.Failure;

            default:
                _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: {result.Message}");
                return ExitCode.Failure;
        }
    }
}
