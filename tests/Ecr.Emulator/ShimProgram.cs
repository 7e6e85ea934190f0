using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Emulator;

/// <summary>The path of <c>ecr-credential-provider</c>, and the environment that it needs.</summary>
public static class ShimProgram
{
    /// <summary>The environment variable that overrides the path of the executable.</summary>
    public const string PathVariable = "ECR_CREDENTIAL_PROVIDER";

    /// <summary>Whether <see cref="PathVariable"/> is set. It names a native executable; the build output is started by an apphost.</summary>
    public static bool IsNamed { get; } = System.Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 };

    /// <summary>The value of <see cref="PathVariable"/>, or the build output of the shim.</summary>
    public static string Path { get; } = System.Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? path : BuildOutput();

    /// <summary>Returns the variables that a program needs to start, without any AWS setting.</summary>
    /// <param name="homeDirectory">HOME of the process, so that it does not read the developer's AWS files.</param>
    public static Dictionary<string, string> MinimalEnvironment(string homeDirectory)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = homeDirectory,

            // The credential helper's cache directory; root's would otherwise be in the machine's /run.
            ["XDG_RUNTIME_DIR"] = homeDirectory,

            // The build output is not native: it searches for the runtime, which may be in an unusual directory.
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
