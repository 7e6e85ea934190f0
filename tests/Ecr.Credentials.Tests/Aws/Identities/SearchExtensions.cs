using Ecr.Credentials.Aws.Identities;
using Ecr.Credentials.Registries;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Identities;

internal static class SearchExtensions
{
    public static IdentitySearch NewSearch() =>
        new(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), NullLogger.Instance);

    public static Task<AwsIdentity?> FindAsync(this IIdentitySource source, IdentitySearch? search = null) =>
        source.FindAsync(search ?? NewSearch(), CancellationToken.None);

    /// <summary>What the source tells the search, where it finds nothing.</summary>
    public static async Task<string> MissAsync(this IIdentitySource source)
    {
        var search = NewSearch();
        Assert.That(await source.FindAsync(search), Is.Null);
        return search.Misses.Single();
    }

    /// <summary>How the source fails.</summary>
    public static async Task<EcrCredentialException> FailAsync(this IIdentitySource source) =>
        (await Assert.ThrowsAsync<EcrCredentialException>(() => source.FindAsync()))!;
}
