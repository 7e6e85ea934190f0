using System.Globalization;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>A <c>CredentialProviderConfig</c> cannot be read, or not changed as asked.</summary>
/// <remarks>The message holds no secrets.</remarks>
public sealed class CredentialProviderConfigException : FormatException
{
    /// <summary>Makes an exception without a reason.</summary>
    public CredentialProviderConfigException()
        : this("the credential provider configuration is not valid")
    {
    }

    /// <summary>Makes an exception without problems in a file.</summary>
    /// <param name="message">The reason.</param>
    public CredentialProviderConfigException(string message)
        : base(message) => Problems = ConfigProblemCollection.None;

    /// <summary>Makes an exception without problems in a file.</summary>
    /// <param name="message">The reason.</param>
    /// <param name="innerException">The cause.</param>
    public CredentialProviderConfigException(string message, Exception innerException)
        : base(message, innerException) => Problems = ConfigProblemCollection.None;

    internal CredentialProviderConfigException(ConfigProblemCollection problems)
        : base(Summarize(problems)) => Problems = problems;

    /// <summary>What is wrong, all of it.</summary>
    public ConfigProblemCollection Problems { get; }

    private static string Summarize(ConfigProblemCollection problems) => problems.Count == 1
        ? problems[0].ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{problems[0]} (and {problems.Count - 1} more)");
}
