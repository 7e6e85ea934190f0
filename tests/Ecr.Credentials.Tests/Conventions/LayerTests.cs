using System.Text.RegularExpressions;
using Ecr.Credentials.Tests.Packaging;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>The architecture: which namespaces of the libraries may use which others.</summary>
public sealed partial class LayerTests
{
    private const string Root = "Ecr.Credentials";

    // From the bottom up. A layer may also use what the layers in its line may use. "Errors" and "Facade" are the types of the root namespace.
    private static readonly (string[] Layers, string[] MayUse)[] Table =
    [
        (["Text", "Errors", "Interop", "Processes"], []),
        (["Protocol", "Matching", "Registries"], ["Text"]),
        (["Telemetry"], ["Errors", "Registries"]),
        (["Identity"], ["Errors", "Matching", "Registries"]),
        (["Aws.Configuration"], ["Errors", "Interop", "Text"]),
        (["Aws.Trust"], ["Aws.Configuration"]),
        (["Aws.Http"], ["Aws.Trust", "Telemetry"]),
        (["Aws.Errors"], ["Aws.Http", "Registries"]),
        (["Tokens"], ["Identity", "Telemetry", "Aws.Errors"]),
        (["Tokens.Memory", "Tokens.Files"], ["Tokens", "Interop"]),
        (["Aws.Sts", "Aws.Ecr", "Aws.Signin"], ["Aws.Errors", "Identity"]),
        (["Aws.Credentials"], ["Aws.Sts"]),
        (["Aws.Credentials.Profiles"], ["Aws.Credentials", "Aws.Signin", "Processes"]),
        (["Aws"], ["Aws.Ecr", "Aws.Credentials.Profiles", "Tokens"]),
        (["Facade"], ["Aws", "Protocol", "Tokens.Memory"]),
        (["Programs", "Http"], ["Facade"]),
        (["DependencyInjection"], ["Http"]),
    ];

    // The types of the root namespace that every layer may use.
    private static readonly string[] Errors = ["EcrCredentialException", "EcrCredentialErrorReason"];

    private static readonly Dictionary<string, HashSet<string>> Allowed = Close();

    private static readonly SourceFile[] Files = [.. Repository.Sources("lib/Ecr.Credentials").Select(SourceFile.Read)];

    // The parts of the kubelet's library from the bottom up.
    private static readonly string[] KubeletParts = ["Go", "Configuration", "Plugins", "Nodes", "Diagnosis"];

    // The steps in which a configuration is read, from the bottom up; none uses the rest of Configuration but the last.
    private static readonly string[] ReadingSteps = ["Documents", "Yaml", "Decoding"];

    private static readonly SourceFile[] KubeletFiles = [.. Repository.Sources("lib/Ecr.Credentials.Kubelet").Select(SourceFile.Read)];

    private static readonly ILookup<string, string> LayersByType =
        Files.SelectMany(file => file.Types.Select(type => (type, layer: LayerOf(file, type)))).Distinct().ToLookup(pair => pair.type, pair => pair.layer);

    [Test]
    public void No_file_uses_a_layer_above_its_own()
    {
        var arrows = Files.SelectMany(ArrowsOf).ToArray();

        Assert.That(arrows, Has.Length.GreaterThan(500), "The sources were read.");
        Assert.That(
            arrows.Where(arrow => !Allowed[arrow.From].Contains(arrow.To))
                .Select(arrow => $"{arrow.Path}({arrow.Line}): {arrow.From} must not use {arrow.To} ({arrow.What})").Distinct(),
            Is.Empty);
    }

    [Test]
    public void Every_namespace_is_a_layer_of_the_table() =>
        Assert.That(Files.SelectMany(file => file.Types.Select(type => LayerOf(file, type))).Distinct(), Is.SubsetOf(Allowed.Keys));

    [Test]
    public void A_namespace_is_its_directory() =>
        Assert.That(
            Files.Concat(KubeletFiles).Where(file => file.Namespace != file.DirectoryNamespace && file.Namespace != "Microsoft.Extensions.DependencyInjection")
                .Select(file => $"{file.Path}: {file.Namespace}"),
            Is.Empty);

    [Test]
    public void No_two_types_share_a_name() =>
        Assert.That(LayersByType.Where(type => type.Count() > 1).Select(type => type.Key), Is.Empty);

    [Test]
    public void No_two_types_of_the_kubelets_library_share_a_name() =>
        Assert.That(
            KubeletFiles.SelectMany(file => file.Types.Select(type => (type, file.Namespace))).Distinct().GroupBy(type => type.type)
                .Where(types => types.Count() > 1).Select(types => types.Key),
            Is.Empty);

    [Test]
    public void No_part_of_the_kubelets_library_uses_one_above_it()
    {
        var arrows =
            from file in KubeletFiles
            from used in KubeletUsingLine().Matches(file.Text)
            select (file.Path, From: file.Namespace.Split('.')[3], To: used.Groups[1].Value);

        Assert.That(arrows.Count(), Is.GreaterThan(30), "The sources were read.");
        Assert.That(
            arrows.Where(arrow => Array.IndexOf(KubeletParts, arrow.To) > Array.IndexOf(KubeletParts, arrow.From))
                .Select(arrow => $"{arrow.Path}: {arrow.From} must not use {arrow.To}"),
            Is.Empty);
        Assert.That(arrows.Select(arrow => arrow.From).Distinct(), Is.SubsetOf(KubeletParts));
    }

    [Test]
    public void No_step_of_reading_a_configuration_uses_one_above_it()
    {
        const string Configuration = "Ecr.Credentials.Kubelet.Configuration.";
        var arrows =
            from file in KubeletFiles
            from step in ReadingSteps
            where file.Namespace == Configuration + step
            from used in ConfigurationUsingLine().Matches(file.Text)
            select (file.Path, From: step, To: used.Groups[1].Value);

        Assert.That(arrows.Count(), Is.GreaterThan(8), "The sources were read.");
        Assert.That(
            arrows.Where(arrow => !ReadingSteps.TakeWhile(step => step != arrow.From).Contains(arrow.To))
                .Select(arrow => $"{arrow.Path}: {arrow.From} must not use {arrow.To}"),
            Is.Empty);
    }

    [Test]
    public void Only_the_Aws_directory_knows_the_AWS_SDK() =>
        Assert.That(
            Files.Where(file => Regex.IsMatch(file.Text, @"^using Amazon\b", RegexOptions.Multiline))
                .Select(file => file.Path)
                .Where(path => !path.StartsWith("lib/Ecr.Credentials/Aws/", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "lib/Ecr.Credentials/Identity/EcrIdentity.cs" }), "It takes credentials of the caller.");

    private static Dictionary<string, HashSet<string>> Close()
    {
        var closed = new Dictionary<string, HashSet<string>>();
        foreach (var (layers, mayUse) in Table)
        {
            foreach (var layer in layers)
            {
                closed[layer] = [layer, .. mayUse, .. mayUse.SelectMany(lower => closed[lower])];
            }
        }

        return closed;
    }

    private static string LayerOf(SourceFile file, string type) =>
        file.DirectoryNamespace == Root
            ? Errors.Contains(type) ? "Errors" : "Facade"
            : file.DirectoryNamespace[(Root.Length + 1)..];

    private static string NamespaceOf(string layer) => layer is "Errors" or "Facade" ? Root : $"{Root}.{layer}";

    private static IEnumerable<Arrow> ArrowsOf(SourceFile file)
    {
        var from = LayerOf(file, file.Types[0]);
        foreach (var (line, text) in file.Code.Index())
        {
            if (UsingLine().Match(text) is { Success: true } used)
            {
                yield return new Arrow(file.Path, line + 1, from, used.Groups[1].Value, text.Trim());
                continue;
            }

            foreach (var name in Identifier().Matches(text).Select(match => match.Value).Distinct())
            {
                foreach (var layer in LayersByType[name].Where(layer => file.IsInScope(NamespaceOf(layer))))
                {
                    yield return new Arrow(file.Path, line + 1, from, layer, name);
                }
            }

            foreach (var match in QualifiedName().Matches(text).Where(match => LayersByType[match.Groups[2].Value].Contains(match.Groups[1].Value)))
            {
                yield return new Arrow(file.Path, line + 1, from, match.Groups[1].Value, match.Value);
            }
        }
    }

    [GeneratedRegex(@"^using Ecr\.Credentials\.([\w.]+);")]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^using Ecr\.Credentials\.Kubelet\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex KubeletUsingLine();

    [GeneratedRegex(@"^using Ecr\.Credentials\.Kubelet\.Configuration\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex ConfigurationUsingLine();

    // Not a member of something else, a named argument or an initializer's property.
    [GeneratedRegex(@"(?<![\w.""])[A-Z]\w*(?!\w|\s*=[^=>]|:[^:])")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"(?<![\w.])(?:Ecr\.Credentials\.)?((?:[A-Z]\w*\.)*[A-Z]\w*)\.([A-Z]\w*)")]
    private static partial Regex QualifiedName();

    private sealed record Arrow(string Path, int Line, string From, string To, string What);

    private sealed partial record SourceFile(string Path, string Text, string Namespace, string DirectoryNamespace, string[] Types, string[] Code)
    {
        public static SourceFile Read(string fullPath)
        {
            var text = File.ReadAllText(fullPath);
            var path = System.IO.Path.GetRelativePath(Repository.Root, fullPath).Replace('\\', '/');
            var directory = System.IO.Path.GetDirectoryName(path)!["lib/".Length..].Replace('\\', '.').Replace('/', '.');
            return new SourceFile(
                path,
                text,
                NamespaceLine().Match(text).Groups[1].Value,
                directory,
                [.. Declaration().Matches(text).Select(match => match.Groups[1].Value)],
                [.. text.Split('\n').Select(line => Comment().Replace(Literal().Replace(line, "\"\""), ""))]);
        }

        /// <summary>Whether the file can name the types of a namespace without qualifying them.</summary>
        public bool IsInScope(string name) =>
            $"{Namespace}.".StartsWith($"{name}.", StringComparison.Ordinal) || Code.Contains($"using {name};");

        [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
        private static partial Regex NamespaceLine();

        [GeneratedRegex(@"^(?:(?:public|internal|static|sealed|abstract|readonly|ref|partial) )*(?:class|struct|enum|interface|record(?: struct)?) (\w+)",
            RegexOptions.Multiline)]
        private static partial Regex Declaration();

        [GeneratedRegex(@"//.*")]
        private static partial Regex Comment();

        // A string without interpolation.
        [GeneratedRegex(@"(?<![$@])""(?:[^""\\]|\\.)*""")]
        private static partial Regex Literal();
    }
}
