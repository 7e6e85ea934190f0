using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Registries;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Credentials;

internal static class SearchExtensions
{
    public static CredentialLookup NewSearch() =>
        new(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), NullLogger.Instance);

    public static Task<ResolvedCredentials?> FindAsync(this ICredentialSource source, CredentialLookup? search = null) =>
        source.FindAsync(search ?? NewSearch(), CancellationToken.None);

    /// <summary>What the source tells the search, where it finds nothing.</summary>
    public static async Task<string> MissAsync(this ICredentialSource source)
    {
        var search = NewSearch();
        Assert.That(await source.FindAsync(search), Is.Null);
        return search.Misses.Single();
    }

    /// <summary>How the source fails.</summary>
    public static async Task<EcrCredentialException> FailAsync(this ICredentialSource source) =>
        (await Assert.ThrowsAsync<EcrCredentialException>(() => source.FindAsync()))!;
}
