using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Aws.Credentials;

internal static class LookupExtensions
{
    public static CredentialLookup NewLookup(params (string Name, string Value)[] variables) => NewLookup(Variables.Of(variables));

    public static CredentialLookup NewLookup(Func<string, string?> environment) => new(
        EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com"),
        AwsSettings.Read(name => environment(name) ?? (name == "HOME" ? "/no/home" : null)),
        new CallProgress(),
        NullLogger.Instance);

    /// <summary>The credentials, if the source has some.</summary>
    public static async Task<ResolvedCredentials?> FindAsync(this ICredentialSource source, CredentialLookup? lookup = null) =>
        (await source.FindAsync(lookup ?? NewLookup(), CancellationToken.None)).Credentials;

    /// <summary>Why the source has no credentials.</summary>
    public static async Task<string> FindReasonAsync(this ICredentialSource source, CredentialLookup? lookup = null)
    {
        var result = await source.FindAsync(lookup ?? NewLookup(), CancellationToken.None);
        Assert.That(result.IsFound, Is.False);
        return result.NotFoundReason!;
    }

    /// <summary>The exception with which the source fails.</summary>
    public static async Task<EcrCredentialException> FailAsync(this ICredentialSource source, CredentialLookup? lookup = null) =>
        (await Assert.ThrowsAsync<EcrCredentialException>(() => source.FindAsync(lookup)))!;
}
