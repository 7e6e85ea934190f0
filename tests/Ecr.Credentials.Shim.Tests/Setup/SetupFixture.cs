using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Tests.Nodes;

namespace Ecr.Credentials.Shim.Tests.Setup;

/// <summary>Sets up nodes in temporary directories.</summary>
[SupportedOSPlatform("linux")]
public abstract class SetupFixture : ShimFixture
{
    /// <summary>A file that is installed: the build output is more than one file, so a script starts it.</summary>
    protected string Executable => WriteFile("plugin", $"#!/bin/sh\nexec '{Path.GetFullPath(ShimProgram.Path)}' \"$@\"\n");

    private protected Task<ShimResult> SetUpAsync(NodeTreeDirectory node, params string[] options) =>
        RunAsync("", ["setup", "--root", node.Root, "--executable", Executable, .. options]);

    private protected Task<ShimResult> RemoveAsync(NodeTreeDirectory node) => RunAsync("", ["setup", "--root", node.Root, "--remove", "--yes"]);
}
