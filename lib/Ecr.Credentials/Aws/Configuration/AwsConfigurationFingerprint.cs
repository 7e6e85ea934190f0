using System.Globalization;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>
/// A number that changes with the configuration from which this process takes its AWS credentials and endpoints. It is known without resolving the
/// credentials themselves, which may take network calls.
/// </summary>
internal static class AwsConfigurationFingerprint
{
    private static readonly string[] VariableNames =
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_ACCESS_KEY",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_LOGIN_CACHE_DIRECTORY",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_EC2_METADATA_V1_DISABLED",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_ECR",
        "AWS_ENDPOINT_URL_ECR_PUBLIC",
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_SSO",
        "AWS_ENDPOINT_URL_SSO_OIDC",
        "AWS_ENDPOINT_URL_SIGNIN",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
    ];

    /// <summary>
    /// The relevant variables. An access key ID represents its key; credentials from instance metadata or token files are not included, because they
    /// rotate without a change of identity.
    /// </summary>
    public static ReadOnlySpan<string> Variables => VariableNames;

    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <returns>The number as text, in one line.</returns>
    public static string Compute(Func<string, string?> environment)
    {
        var hash = new Fnv1a64();
        foreach (var variable in Variables)
        {
            hash.Add(environment(variable));
            hash.Add("\n");
        }

        AddFile(ref hash, environment, SharedConfig.CredentialsFileVariable, "credentials");
        AddFile(ref hash, environment, SharedConfig.ConfigFileVariable, "config");
        return hash.Value.ToString("x16", CultureInfo.InvariantCulture);
    }

    // Any write is a change: to know better, the file would have to be read and parsed.
    private static void AddFile(ref Fnv1a64 hash, Func<string, string?> environment, string variable, string name)
    {
        var path = environment(variable) is { } named
            ? HomeDirectory.Expand(environment, named)
            : HomeDirectory.Find(environment) is { } home ? Path.Combine(home, ".aws", name) : null;
        hash.Add(path);
        hash.Add("\n");
        if (path is not null && Path.IsPathFullyQualified(path) && new FileInfo(path) is { Exists: true } file)
        {
            hash.Add(file.LastWriteTimeUtc.Ticks);
            hash.Add(file.Length);
        }
    }
}
