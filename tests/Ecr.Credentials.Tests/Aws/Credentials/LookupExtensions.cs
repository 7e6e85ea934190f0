using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Registries;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Credentials;

internal static class LookupExtensions
{
    public static CredentialLookup NewLookup() =>
        new(EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"), new CallProgress(), NullLogger.Instance);

    /// <summary>The credentials; the source must have some.</summary>
    public static async Task<ResolvedCredentials?> FindAsync(this ICredentialSource source) =>
        (await source.FindAsync(NewLookup(), CancellationToken.None)).Credentials;

    /// <summary>Why the source has no credentials.</summary>
    public static async Task<string> FindReasonAsync(this ICredentialSource source)
    {
        var result = await source.FindAsync(NewLookup(), CancellationToken.None);
        Assert.That(result.IsFound, Is.False);
        return result.NotFoundReason!;
    }

    /// <summary>The exception with which the source fails.</summary>
    public static async Task<EcrCredentialException> FailAsync(this ICredentialSource source) =>
        (await Assert.ThrowsAsync<EcrCredentialException>(() => source.FindAsync()))!;
}
