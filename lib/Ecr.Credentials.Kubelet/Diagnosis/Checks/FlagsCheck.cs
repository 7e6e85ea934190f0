using System.Globalization;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Nodes.Records;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Whether the kubelet has the two flags, and has read what they name.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FlagsCheck : NodeCheck
{
    private static readonly string[] Names = [KubeletFlag.Configuration, KubeletFlag.BinDirectory];

    public override string Id => "flags";

    public override string Title => "kubelet flags set and in effect";

    public override Task<DiagnosisCheck> RunAsync(DiagnosisContext context, CancellationToken cancellationToken) => Task.FromResult(Run(context));

    private DiagnosisCheck Run(DiagnosisContext context)
    {
        var layout = context.Layout!;
        if (layout.IsImmutable && layout.Flags.Count == 0)
        {
            return Skip($"set by the configuration of {layout.Distribution}");
        }

        return FindMissing(context) ?? FindDifferent(context) ?? FindUnread(context) ?? FindRepeated(context) ?? Ok(Describe(context));
    }

    private DiagnosisCheck? FindMissing(DiagnosisContext context)
    {
        var layout = context.Layout!;
        if (layout.FlagPlace == KubeletFlagPlace.DefaultPaths)
        {
            return null;
        }

        // Flags that only the process shows come from a file that is not known.
        var missing = Names.Where(name => layout.EffectiveFlag(name) is null && layout.Process?.GetFlag(name) is null).ToArray();
        if (missing.Length == 0)
        {
            return null;
        }

        var lines = string.Join(" and ", missing.Select(name => $"--{name}={ExpectedOf(layout, name)}"));
        var evidence = missing.Length == Names.Length
            ? "the kubelet has none of the two flags for credential providers"
            : $"the kubelet has no flag --{missing[0]}";
        return Fail(evidence, $"add {lines}{(layout.FlagFile is { } file ? $" in {file}" : "")}, then {context.RestartCommand}");
    }

    // Only a kubelet of its own has the flags on its command line.
    private DiagnosisCheck? FindDifferent(DiagnosisContext context)
    {
        var layout = context.Layout!;
        foreach (var name in Names)
        {
            if (layout.EffectiveFlag(name) is not { } value)
            {
                continue;
            }

            var expected = ExpectedOf(layout, name);
            if (value != expected)
            {
                return Fail($"--{name} is \"{value}\", not \"{expected}\"", $"correct it in {layout.Flags.Last(flag => flag.Name == name).File}");
            }

            if (!context.Options.IsBeforeRestart && layout.Process is { Name: "kubelet" } process && process.GetFlag(name) is var actual && actual != value)
            {
                return Fail(
                    $"{process} runs {(actual is null ? $"without --{name}" : $"with --{name}={actual}")}, the files say \"{value}\"", context.RestartCommand);
            }
        }

        return null;
    }

    // The kubelet reads flags and configuration only when it starts. Flags of a kubelet of its own are compared above, whatever else is in their files.
    private DiagnosisCheck? FindUnread(DiagnosisContext context)
    {
        if (context.Layout!.Process is not { } process || context.Options.IsBeforeRestart)
        {
            return null;
        }

        var layout = context.Layout;
        var flagFiles = process.Name == "kubelet" ? [] : layout.Flags.Select(flag => flag.File);
        foreach (var file in flagFiles.Concat(layout.ConfigurationFiles).Distinct().Where(layout.Tree.IsFile))
        {
            var saved = new DateTimeOffset(File.GetLastWriteTimeUtc(context.HostPath(file)));
            if (process.StartedBefore(saved) && !SetupRecord.IsUnchangedSince(layout.Tree, file, process))
            {
                var (start, end) = (Time(process.StartTime), Time(saved));
                return Fail($"{process} started {start} and has not read {file}, saved {end}", context.RestartCommand);
            }
        }

        return null;
    }

    private DiagnosisCheck? FindRepeated(DiagnosisContext context)
    {
        foreach (var name in Names)
        {
            var values = context.Layout!.Flags.Where(flag => flag.Name == name).ToArray();
            if (values.Select(flag => flag.Value).Distinct().Count() > 1)
            {
                return Warn(
                    $"--{name} is set to different values; the last, \"{values[^1].Value}\", is used",
                    $"remove the one in {values[0].File}{(values[0].Line > 0 ? $", line {values[0].Line}" : "")}");
            }
        }

        return null;
    }

    private static string ExpectedOf(NodeLayout layout, string name) =>
        name == KubeletFlag.Configuration ? layout.ConfigurationPath : layout.BinDirectory;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);

    private static string Describe(DiagnosisContext context)
    {
        var layout = context.Layout!;
        var files = layout.Flags.Select(flag => flag.File).Distinct().ToArray();
        var place = layout.FlagPlace == KubeletFlagPlace.DefaultPaths ? "not needed: files are at the default paths"
            : files.Length == 0 ? "both set" : $"both in {string.Join(" and ", files)}";
        return context.Options.IsBeforeRestart ? $"{place}; restart the kubelet for them to take effect"
            : layout.Process is { } process ? $"{place}, read by {process}"
            : place;
    }
}
