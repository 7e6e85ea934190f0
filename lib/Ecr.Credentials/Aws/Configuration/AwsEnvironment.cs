namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The AWS variables of the environment.</summary>
internal static class AwsEnvironment
{
    /// <summary>The value; <see langword="null"/> if the variable is not set or empty, which AWS SDKs take for the same.</summary>
    public static string? Get(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
