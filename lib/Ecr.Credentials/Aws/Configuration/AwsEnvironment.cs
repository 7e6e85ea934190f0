namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The environment variables, as AWS SDKs read them.</summary>
internal static class AwsEnvironment
{
    /// <summary>The value; <see langword="null"/> if the variable is not set or empty, which AWS SDKs treat alike.</summary>
    public static string? Get(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
