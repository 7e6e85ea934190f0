using Ecr.Credentials.Registries;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>One search for AWS credentials: what it is for, what it is waiting for, and where it has looked without finding any.</summary>
internal sealed class CredentialLookup(EcrRegistry registry, ILogger logger)
{
    private readonly List<string> _misses = [];

    /// <summary>The registry to be asked. Roles are assumed in its region and partition.</summary>
    public EcrRegistry Registry { get; } = registry;

    public ILogger Logger { get; } = logger;

    /// <summary>A sentence that says what the search is waiting for, should the time run out.</summary>
    public string PendingStep { get; set; } = "AWS credentials were still being looked for.";

    /// <summary>Where there was nothing, in the order of the search; each to be read in the middle of a sentence.</summary>
    public IReadOnlyList<string> Misses => _misses;

    /// <summary>Notes that there are no credentials in a place.</summary>
    /// <param name="miss">What is not there, such as <c>AWS_ACCESS_KEY_ID is not set</c>.</param>
    public void Miss(string miss) => _misses.Add(miss);
}
