using System.Text.Json;
using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

public class CredentialProviderConfigTests
{
    private static IEnumerable<TestCaseData> Files => Cases("config-files.jsonl");

    private static IEnumerable<TestCaseData> Directories => Cases("config-directories.jsonl");

    private static IEnumerable<TestCaseData> Starts => Cases("kubelet-starts.jsonl");

    [TestCaseSource(nameof(Files))]
    public void A_file_is_judged_and_decoded_as_by_the_kubelet(JsonElement row)
    {
        _ = CredentialProviderConfig.TryParse(row.Content(), row.Text("path"), out var config, out var problems);
        Check(row, config, problems);
    }

    [TestCaseSource(nameof(Directories))]
    [Platform("Linux")]
    public void A_directory_is_judged_and_decoded_as_by_the_kubelet(JsonElement row)
    {
        using var root = new TemporaryDirectory();
        var number = row.Text("id");
        row.GetProperty("files").Write(root.Path);
        foreach (var ask in row.GetProperty("asks").EnumerateArray())
        {
            // The kubelet was asked with a path of its own; what it printed of it is put back.
            var printed = PrintedDirectory(ask, number);
            var path = ask.Text("path") == "." ? root.Path : $"{root.Path}/{ask.Text("path")}";
            path += ask.Text("answer").Contains($"{ask.Text("path")}/\": stat", StringComparison.Ordinal) ? "/" : "";
            _ = CredentialProviderConfig.TryLoad(path, out var config, out var problems);
            Check(ask, config, problems, text => printed.Length == 0 ? text : text.Replace(root.Path, printed, StringComparison.Ordinal));
        }
    }

    [TestCaseSource(nameof(Starts))]
    [Platform("Linux")]
    public void The_start_is_judged_as_by_the_kubelet(JsonElement row)
    {
        using var root = new TemporaryDirectory();
        row.GetProperty("files").Write(root.Path);

        var problems = CredentialProviderConfig.CheckStart(
            row.Text("config"), row.Text("binDirectory"), KubernetesVersion.Latest, root.Path, searchPath: "/usr/bin:/bin");

        Assert.That(problems.KubeletMessage, Is.EqualTo(row.Text("answer")));
        Assert.That(problems, row.Text("answer").Length == 0 ? Is.Empty : Is.Not.Empty);
    }

    private static IEnumerable<TestCaseData> Cases(string file) =>
        ConfigVectors.Read(file).Select(row => new TestCaseData(row).SetArgDisplayNames(row.Text("id")));

    private static string PrintedDirectory(JsonElement ask, string id)
    {
        var answer = ask.Text("answer");
        var end = answer.IndexOf(id, StringComparison.Ordinal);
        var start = end < 0 ? -1 : answer.LastIndexOf('"', end) + 1;
        return start <= 0 ? "" : answer[start..(end + id.Length)];
    }

    private static void Check(JsonElement row, CredentialProviderConfig? config, ConfigProblemCollection problems, Func<string, string>? normalize = null)
    {
        normalize ??= text => text;
        var isRead = row.Text("stage") != "read";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(config is not null, Is.EqualTo(isRead), $"read: {normalize(problems.KubeletMessage)}");
            Assert.That(
                problems.Where(problem => !problems.KubeletMessage.Contains(problem.KubeletMessage, StringComparison.Ordinal)),
                Is.Empty,
                "The kubelet prints nothing behind the problem at which it stops.");
            if (config is null || !isRead)
            {
                Assert.That(normalize(problems.KubeletMessage), Is.EqualTo(row.Text("answer")));
                return;
            }

            problems = config.Validate(KubernetesVersion.Latest);
            Assert.That(normalize(problems.KubeletMessage), Is.EqualTo(row.Text("answer")));
            Assert.That(ConfigVectors.Describe(config.Providers), Is.EqualTo(ConfigVectors.Describe(row.GetProperty("providers"))));
            Assert.That(config.Hash, Is.EqualTo(row.Text("hash")));
            if (row.TryGetProperty("reasons", out var reasons))
            {
                Assert.That(problems.Select(problem => problem.KubeletMessage), Is.EqualTo(reasons.EnumerateArray().Select(reason => reason.GetString())));
            }
        }
    }
}
