using System.Reflection;
using System.Runtime.InteropServices;

namespace Ecr.Emulator;

/// <summary>Locates the executable <c>ecr-credential-provider</c> and the environment that it requires.</summary>
public static class ShimProgram
{
    /// <summary>The environment variable that overrides the executable from the build output.</summary>
    public const string PathVariable = "ECR_CREDENTIAL_PROVIDER";

    /// <summary>Whether <see cref="PathVariable"/> is set: to a native executable. The one in the build output is started by the .NET host.</summary>
    public static bool IsNamed { get; } = System.Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 };

    /// <summary>The value of <see cref="PathVariable"/>, otherwise the build output of the shim's project.</summary>
    public static string Path { get; } = System.Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } path ? path : BuildOutput();

    /// <summary>The minimum environment that a program needs to start, without any AWS settings.</summary>
    /// <param name="homeDirectory">HOME of the process; otherwise it would read the developer's AWS files.</param>
    public static Dictionary<string, string> MinimalEnvironment(string homeDirectory)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "",
            ["HOME"] = homeDirectory,

            // Where passwords are cached for docker; otherwise root's would be in the machine's own /run.
            ["XDG_RUNTIME_DIR"] = homeDirectory,

            // The build output is not a native executable: it searches for the runtime, which may be installed in an unusual location.
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
