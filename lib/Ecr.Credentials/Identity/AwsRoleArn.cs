using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Identity;

/// <summary>The parsed ARN of an IAM role: <see href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"/>.</summary>
internal sealed record AwsRoleArn
{
    private const string Example = "arn:aws:iam::123456789012:role/pull";

    private readonly string _text;

    private AwsRoleArn(string text, string partition)
    {
        _text = text;
        Partition = partition;
    }

    /// <summary>The partition of the role, such as <c>aws</c> or <c>aws-cn</c>.</summary>
    public string Partition { get; }

    /// <exception cref="FormatException">The text is not a valid role ARN. The message says what is wrong with it.</exception>
    public static AwsRoleArn Parse(string text) => TryParse(text, out var arn, out var error) ? arn : throw new FormatException(error);

    /// <param name="setting">The setting that contains the ARN, for the error message, such as <c>AWS_ROLE_ARN</c>.</param>
    /// <param name="text">The ARN.</param>
    /// <exception cref="EcrCredentialException">The text is not a valid role ARN.</exception>
    public static AwsRoleArn ParseSetting(string setting, string text) =>
        TryParse(text, out var arn, out var error)
            ? arn
            : throw new EcrCredentialException(EcrCredentialErrorReason.InvalidConfiguration, $"{setting} cannot be used. {error}");

    public override string ToString() => _text;

    private static bool TryParse(string text, [NotNullWhen(true)] out AwsRoleArn? arn, [NotNullWhen(false)] out string? error)
    {
        arn = null;
        if (text.AsSpan().Trim().Length != text.Length)
        {
            error = $"The role ARN {MessageText.Quote(text)} has leading or trailing whitespace. Remove it.";
            return false;
        }

        Span<Range> parts = stackalloc Range[7];
        var arnText = text.AsSpan();
        if (arnText.Split(parts, ':') != 6
            || arnText[parts[0]] is not "arn"
            || !IsPartition(arnText[parts[1]])
            || arnText[parts[2]] is not "iam"
            || !arnText[parts[3]].IsEmpty
            || !IsAccount(arnText[parts[4]])
            || !IsRole(arnText[parts[5]]))
        {
            error = $"{MessageText.Quote(text)} is not a valid role ARN. Expected the form {Example}.";
            return false;
        }

        arn = new AwsRoleArn(text, arnText[parts[1]].ToString());
        error = null;
        return true;
    }

    private static bool IsPartition(ReadOnlySpan<char> text) =>
        text is "aws" || text.StartsWith("aws-", StringComparison.Ordinal);

    private static bool IsAccount(ReadOnlySpan<char> text) => text.Length == 12 && !text.ContainsAnyExceptInRange('0', '9');

    // The name may be preceded by a path, which allows any printable ASCII: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html.
    private static bool IsRole(ReadOnlySpan<char> text) =>
        text.StartsWith("role/", StringComparison.Ordinal) && text[^1] != '/' && !text.ContainsAnyExceptInRange('!', '~');
}
