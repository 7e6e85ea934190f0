using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis;
using Ecr.Credentials.Kubelet.Nodes;
using Ecr.Credentials.Kubelet.Tests.Nodes;

namespace Ecr.Credentials.Kubelet.Tests.Diagnosis;

/// <summary>A node that pulls, until a test breaks it. The doctor takes it for its own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DoctorNode : IDisposable
{
    public const string Image = SetupNode.Image;
    public const string BinDirectory = "/var/snap/microk8s/common/bin";
    public const string Plugin = BinDirectory + "/ecr-credential-provider";
    public const string Configuration = "/var/snap/microk8s/common/credential-provider-config.yaml";
    public const string Arguments = "/var/snap/microk8s/current/args/kubelet";

    private readonly SetupNode _node;

    private DoctorNode(SetupNode node)
    {
        _node = node;
        Directory.CreateDirectory(Tree.Path("/tools"));
        File.WriteAllText(Tree.Path("/tools/mountinfo"), "22 1 0:20 / / rw,relatime - ext4 /dev/root rw\n");
        Registry = new RegistryAnswers();
        Options = new DoctorOptions
        {
            Image = Image,
            Root = node.Root,
            IsThisNode = true,
            Handler = Registry,
            Processes = [Process("kubelite", DateTimeOffset.UtcNow + TimeSpan.FromSeconds(5))],
            MountFile = Tree.Path("/tools/mountinfo"),
            ProgramDirectories = [Tree.Path("/tools")],
            FreeSpace = path => path == "/run" ? Run : Disk,
        };
        Journal("I1125 kubelet started");
    }

    public NodeTreeDirectory Tree => _node.Tree;

    public DoctorOptions Options { get; }

    public RegistryAnswers Registry { get; }

    public long Run { get; set; } = 1 << 30;

    public long Disk { get; set; } = 1L << 34;

    public static async Task<DoctorNode> CreateAsync(string tree = "microk8s-1.34", Action<NodeSetupOptions>? configure = null)
    {
        var node = new SetupNode(tree);
        await node.SetUpAsync(configure);
        return new DoctorNode(node);
    }

    public static KubeletProcess Process(string name, DateTimeOffset start, params string[] arguments) =>
        new(811, name, null, [name, .. arguments], start, new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" });

    public void Journal(string line, int exitCode = 0) =>
        Tree.Write("/tools/journalctl", $"#!/bin/sh\nprintf '%s\\n' \"{line}\"\nexit {exitCode}\n", (UnixFileMode)0b111_101_101);

    public void Script(string body) => Tree.Write(Plugin, $"#!/bin/sh\n{body}\n", (UnixFileMode)0b111_101_101);

    public Task<DiagnosisReport> RunAsync() => Doctor.RunAsync(Options);

    public void Dispose()
    {
        Registry.Dispose();
        _node.Dispose();
    }

    /// <summary>AWS and the registry.</summary>
    internal sealed class RegistryAnswers : HttpMessageHandler
    {
        public Func<HttpRequestMessage, HttpResponseMessage?> Answer { get; set; } = _ => null;

        public List<string> Requests { get; } = [];

        [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The caller disposes the response.")]
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (Requests)
            {
                Requests.Add($"{request.Method} {request.RequestUri} {request.Headers.Authorization}");
            }

            var response = Answer(request) ?? new HttpResponseMessage(HttpStatusCode.OK);
            response.Headers.Date ??= DateTimeOffset.UtcNow;
            return Task.FromResult(response);
        }
    }
}
