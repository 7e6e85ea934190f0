using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Emulator;

/// <summary>Where the executable <c>ecr-credential-provider</c> is, and what it needs from its environment.</summary>
public static class ShimProgram
{
    /// <summary>The environment variable that names another executable than the build's own.</summary>
    public const string PathVariable = "ECR_CREDENTIAL_PROVIDER";

    /// <summary>Whether <see cref="PathVariable"/> names an executable. That is a native one; the build output's is started by a host program.</summary>
    public static bool IsNamed { get; } = System.Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 };

    /// <summary>What <see cref="PathVariable"/> says, else the build output of the shim's project.</summary>
    public static string Path { get; } = System.Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? path : BuildOutput();

    /// <summary>The least that a program needs to start; no AWS setting is among it.</summary>
    /// <param name="homeDirectory">HOME of the process: without one of its own it would read the developer's AWS files.</param>
    public static Dictionary<string, string> MinimalEnvironment(string homeDirectory)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = homeDirectory,

            // Where passwords are kept for docker; root's would otherwise be in the machine's own /run.
            ["XDG_RUNTIME_DIR"] = homeDirectory,

            // The build output is no native executable: it looks for the runtime, which may stand in an unusual place.
            ["DOTNET_ROOT"] = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
        };
        if (OperatingSystem.IsWindows())
        {
            variables["USERPROFILE"] = homeDirectory;
            variables["SystemRoot"] = System.Environment.GetEnvironmentVariable("SystemRoot") ?? @"C:\Windows";
        }

        return variables;
    }

    private static string BuildOutput()
    {
        var directory = typeof(
            ShimProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "ShimDirectory").Value!;
        var file = OperatingSystem.IsWindows() ? "ecr-credential-provider.exe" : "ecr-credential-provider";
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(directory, file));
    }
}
