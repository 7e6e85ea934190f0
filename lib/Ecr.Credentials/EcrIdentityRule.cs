using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Text;

namespace Ecr.Credentials;

/// <summary>Selects the AWS identity that requests the password for matching images.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="pattern">The pattern of the images.</param>
/// <param name="identity">The AWS identity.</param>
public sealed class EcrIdentityRule(ImagePattern pattern, EcrIdentity identity)
{
    private const string ExternalIdOption = ",external-id=";

    /// <summary>Gets the pattern of the images.</summary>
    public ImagePattern Pattern { get; } = pattern ?? throw new ArgumentNullException(nameof(pattern));

    /// <summary>Gets the AWS identity.</summary>
    public EcrIdentity Identity { get; } = identity ?? throw new ArgumentNullException(nameof(identity));

    /// <summary>
    /// Parses <c>PATTERN=profile:NAME</c> or <c>PATTERN=role:ARN[,external-id=ID]</c>, such as
    /// <c>*.dkr.ecr.*.amazonaws.com=role:arn:aws:iam::123456789012:role/pull</c>.
    /// </summary>
    /// <param name="text">The rule.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="FormatException">The pattern or the identity is missing or not valid.</exception>
    public static EcrIdentityRule Parse(ReadOnlySpan<char> text)
    {
        // A role's path and an external ID may contain an equals sign, so the first one separates.
        var equals = text.IndexOf('=');
        if (equals <= 0)
        {
            throw new FormatException($"{MessageText.Quote(text)} is not a valid identity rule. Expected PATTERN=profile:NAME or PATTERN=role:ARN.");
        }

        return new EcrIdentityRule(ImagePattern.Parse(text[..equals]), ParseIdentity(text[(equals + 1)..]));
    }

    /// <summary>Parses a rule without throwing.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="rule">The rule, or <see langword="null"/>.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out EcrIdentityRule? rule) => TryParse(text, out rule, out _);

    /// <summary>Parses a rule without throwing, and says what is wrong with it.</summary>
    /// <param name="text">As for <see cref="Parse"/>.</param>
    /// <param name="rule">The rule, or <see langword="null"/>.</param>
    /// <param name="error">What is wrong and what is expected, or <see langword="null"/>.</param>
    /// <returns>Whether the text is valid.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> text,
        [NotNullWhen(true)] out EcrIdentityRule? rule,
        [NotNullWhen(false)] out string? error)
    {
        try
        {
            (rule, error) = (Parse(text), null);
            return true;
        }
        catch (FormatException e)
        {
            (rule, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>Returns the pattern and a description of the identity, without secrets.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Pattern}={Identity}";

    private static EcrIdentity ParseIdentity(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        var kind = colon < 0 ? text : text[..colon];
        var value = colon < 0 ? [] : text[(colon + 1)..];
        return kind switch
        {
            "profile" when !value.IsEmpty => EcrIdentity.Profile(value.ToString()),
            "role" when !value.IsEmpty => ParseRole(value),
            _ => throw new FormatException($"{MessageText.Quote(text)} is not a valid identity. Expected profile:NAME or role:ARN."),
        };
    }

    // Role names may contain commas and equals signs too, so the text is split at the option's full name.
    private static EcrIdentity ParseRole(ReadOnlySpan<char> text)
    {
        var option = text.IndexOf(ExternalIdOption, StringComparison.Ordinal);
        if (option < 0)
        {
            return EcrIdentity.FromRole(AwsRoleArn.Parse(text.ToString()), externalId: null);
        }

        var externalId = text[(option + ExternalIdOption.Length)..];
        return externalId.IsEmpty
            ? throw new FormatException("the external ID after \"external-id=\" is missing. Add it, or remove the option.")
            : EcrIdentity.FromRole(AwsRoleArn.Parse(text[..option].ToString()), externalId.ToString());
    }
}
