using System.Text.Json;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary><c>kubelet validate</c>: the kubelet's verdict about a configuration, and warnings.</summary>
internal static class KubeletValidate
{
    /// <exception cref="FormatException">There is no configuration.</exception>
    public static (int ExitCode, string Output) Run(KubeletCommandLine line)
    {
        var (path, binDirectory) = KubeletPaths.RequireConfig(line);
        var errors = CredentialProviderConfig.TryLoad(path, out var config, out var problems) ? config.Validate(line.Version) : problems;
        var warnings = config?.Lint(binDirectory) ?? CredentialProviderConfig.Lint(path);
        var exitCode = errors.Count > 0 ? ExitCode.UsageError : warnings.Count > 0 ? ExitCode.Failure : ExitCode.Success;
        return (exitCode, line.IsJson ? ToJson(config, errors, warnings) : ToText(path, line.Version, config, errors, warnings));
    }

    private static string ToText(
        string path, KubernetesVersion version, CredentialProviderConfig? config, ConfigProblemCollection errors, IReadOnlyList<ConfigProblem> warnings)
    {
        var report = new TextReport();
        foreach (var problem in errors.Concat(warnings))
        {
            report.Line($"{MessageText.Name(problem.File)}{Place(problem)}: {(problem.WarningId is null ? "error" : "warning")}")
                .Paragraph(problem.WarningId is null ? problem.Message : $"{problem.Message} ({problem.WarningId})", indent: 2);
            if (problem.KubeletMessage.Length > 0)
            {
                report.Paragraph($"kubelet: {MessageText.OneLine(problem.SafeKubeletMessage)}", indent: 2);
            }

            report.Line();
        }

        var found = (errors.Count, warnings.Count) switch
        {
            (0, 0) => "",
            (0, var count) => $", {TextReport.Count(count, "warning")}",
            (var count, 0) => $", {TextReport.Count(count, "error")}",
            var (first, second) => $", {TextReport.Count(first, "error")}, {TextReport.Count(second, "warning")}",
        };
        report.Line($"{MessageText.Name(path)}: {(errors.Count == 0 ? "valid" : "invalid")} for Kubernetes {version}{found}");
        foreach (var provider in config?.Providers ?? [])
        {
            report.Field("provider", MessageText.Name(provider.Name)).Field("images", MessageText.Name(string.Join(' ', provider.MatchImages)));
        }

        return report.ToString();
    }

    private static string Place(ConfigProblem problem) => problem.Line > 0 ? FormattableString.Invariant($":{problem.Line}:{problem.Column}") : "";

    private static string ToJson(CredentialProviderConfig? config, ConfigProblemCollection errors, IReadOnlyList<ConfigProblem> warnings) =>
        JsonReport.Create(json =>
        {
            json.WriteBoolean("ok", errors.Count == 0);
            json.WriteStartArray("providers");
            foreach (var provider in config?.Providers ?? [])
            {
                Write(json, provider);
            }

            json.WriteEndArray();
            WriteProblems(json, "errors", errors);
            WriteProblems(json, "warnings", warnings);
        });

    private static void Write(Utf8JsonWriter json, CredentialProvider provider)
    {
        json.WriteStartObject();
        json.WriteString("name", provider.Name);
        json.WriteString("apiVersion", provider.ApiVersion);
        JsonReport.WriteList(json, "matchImages", provider.MatchImages);
        json.WriteString("defaultCacheDuration", provider.DefaultCacheDuration is { } duration ? GoDuration.Format(duration) : null);
        JsonReport.WriteList(json, "args", provider.Arguments);

        // Values may be secrets.
        JsonReport.WriteList(json, "env", provider.Environment.Select(variable => variable.Name));
        if (provider.TokenAttributes is { } attributes)
        {
            json.WriteStartObject("tokenAttributes");
            json.WriteString("serviceAccountTokenAudience", attributes.ServiceAccountTokenAudience);
            json.WriteString("cacheType", attributes.CacheType);
            if (attributes.RequireServiceAccount is { } isRequired)
            {
                json.WriteBoolean("requireServiceAccount", isRequired);
            }
            else
            {
                json.WriteNull("requireServiceAccount");
            }

            JsonReport.WriteList(json, "requiredServiceAccountAnnotationKeys", attributes.RequiredServiceAccountAnnotationKeys);
            JsonReport.WriteList(json, "optionalServiceAccountAnnotationKeys", attributes.OptionalServiceAccountAnnotationKeys);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("tokenAttributes");
        }

        json.WriteEndObject();
    }

    private static void WriteProblems(Utf8JsonWriter json, string name, IReadOnlyList<ConfigProblem> problems)
    {
        json.WriteStartArray(name);
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            if (problem.WarningId is { } id)
            {
                json.WriteString("id", id);
            }

            json.WriteString("file", problem.File);
            json.WriteNumber("line", problem.Line);
            json.WriteNumber("column", problem.Column);
            json.WriteString("message", problem.Message);
            if (problem.WarningId is null)
            {
                json.WriteString("kubelet", problem.SafeKubeletMessage);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
