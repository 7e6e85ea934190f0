using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Ecr.Credentials.Shim.Tests.Support;

/// <summary>
/// Ignores a test, with the reason, if the machine does not meet its requirement. With <c>ECR_REQUIRE_ALL=true</c>, as in CI, the test fails instead.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequiresAttribute(Requirement requirement) : NUnitAttribute, IApplyToTest
{
    public Requirement Requirement { get; } = requirement;

    private static bool IsAllRequired => Environment.GetEnvironmentVariable("ECR_REQUIRE_ALL") == "true";

    public void ApplyToTest(Test test)
    {
        if (IsMet(Requirement) || test.RunState == RunState.NotRunnable)
        {
            return;
        }

        test.RunState = IsAllRequired ? RunState.NotRunnable : RunState.Ignored;
        test.Properties.Set(PropertyNames.SkipReason, $"requires {Requirement}, see {nameof(Support.Requirement)}");
    }

    private static bool IsMet(Requirement requirement) => requirement switch
    {
        Requirement.NativeExecutable => ShimProgram.IsNamed,
        Requirement.PrivilegedLinux => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess,
        Requirement.Nodes => IsSet("ECR_CREDENTIAL_PROVIDER_NODES") && IsSet("ECR_CREDENTIAL_PROVIDER_RELEASE"),
        Requirement.Image => IsSet("ECR_CREDENTIAL_PROVIDER_RELEASE") && Environment.IsPrivilegedProcess,
        Requirement.Registry => IsSet("DOCKER_REGISTRY"),
        Requirement.Docker => IsSet("DOCKER"),
        Requirement.ReferenceHelper => IsSet("DOCKER_CREDENTIAL_ECR_LOGIN"),
        Requirement.StaticOpenSsl => IsSet("ECR_CREDENTIAL_PROVIDER_RELEASE"),
        Requirement.Strace => File.Exists("/usr/bin/strace"),
        Requirement.OwnNetwork => Environment.GetEnvironmentVariable("ECR_OWN_NETWORK") == "true",
        _ => throw new ArgumentOutOfRangeException(nameof(requirement), requirement, "unknown requirement"),
    };

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
