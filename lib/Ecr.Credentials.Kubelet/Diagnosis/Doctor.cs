using System.Runtime.Versioning;
using Ecr.Credentials.Kubelet.Diagnosis.Checks;

namespace Ecr.Credentials.Kubelet.Diagnosis;

/// <summary>Finds out why the kubelet of a node does not pull images from Amazon ECR, and how to mend it.</summary>
/// <remarks>
/// Changes nothing on the node. Runs the plugin as the kubelet would, in the kubelet's environment, and shows no password. Thread-safe.
/// </remarks>
[SupportedOSPlatform("linux")]
public static class Doctor
{
    /// <summary>The ids of all checks in their order.</summary>
    internal static IReadOnlyList<string> CheckIds => [.. NodeCheck.All().Select(check => check.Id)];

    /// <summary>The ids of all checks of clients in their order.</summary>
    internal static IReadOnlyList<string> ClientCheckIds => [.. NodeCheck.OfClients().Select(check => check.Id)];

    /// <summary>Runs all checks, those that do not depend on one another at the same time.</summary>
    /// <param name="options">What is examined; by default this machine, without an image.</param>
    /// <param name="cancellationToken">Ends the checks. A plugin that runs is killed with its children.</param>
    /// <returns>The results. What is wrong with the node is in there, and never an exception.</returns>
    /// <exception cref="ArgumentException">An option is out of range, a path in it is not absolute, or the root is empty.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    public static Task<DiagnosisReport> RunAsync(DoctorOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DoctorOptions();
        ArgumentException.ThrowIfNullOrEmpty(options.Root, nameof(options));
        ArgumentNullException.ThrowIfNull(options.TimeProvider, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero, nameof(options));
        return DiagnosisRun.RunAsync(options, cancellationToken);
    }
}
