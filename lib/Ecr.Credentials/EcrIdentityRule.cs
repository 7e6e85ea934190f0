using Ecr.Credentials.Identity;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Text;

namespace Ecr.Credentials;

/// <summary>Says with which AWS identity the password for some images is asked for.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="pattern">The images.</param>
/// <param name="identity">The identity.</param>
public sealed class EcrIdentityRule(ImagePattern pattern, EcrIdentity identity)
{
    private const string ExternalIdOption = ",external-id=";

    /// <summary>The images.</summary>
    public ImagePattern Pattern { get; } = pattern ?? throw new ArgumentNullException(nameof(pattern));

    /// <summary>The identity.</summary>
    public EcrIdentity Identity { get; } = identity ?? throw new ArgumentNullException(nameof(identity));

    /// <summary>
    /// Reads <c>PATTERN=profile:NAME</c> or <c>PATTERN=role:ARN[,external-id=ID]</c>, such as
    /// <c>*.dkr.ecr.*.amazonaws.com=role:arn:aws:iam::123456789012:role/pull</c>.
    /// </summary>
    /// <param name="text">The rule.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="FormatException">One of the sides is missing, or is not what it must be.</exception>
    public static EcrIdentityRule Parse(ReadOnlySpan<char> text)
    {
        // A role's path and an external id may hold an equals sign, a host may not.
        var equals = text.IndexOf('=');
        if (equals <= 0)
        {
            throw new FormatException($"{MessageText.Quote(text)} is not an identity rule. Write PATTERN=profile:NAME or PATTERN=role:ARN.");
        }

        return new EcrIdentityRule(ImagePattern.Parse(text[..equals]), ParseIdentity(text[(equals + 1)..]));
    }

    private static EcrIdentity ParseIdentity(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        var kind = colon < 0 ? text : text[..colon];
        var value = colon < 0 ? [] : text[(colon + 1)..];
        return kind switch
        {
            "profile" when !value.IsEmpty => EcrIdentity.Profile(value.ToString()),
            "role" when !value.IsEmpty => ParseRole(value),
            _ => throw new FormatException($"The identity {MessageText.Quote(text)} is neither profile:NAME nor role:ARN. Write one of them."),
        };
    }

    // The name of a role may hold commas and equals signs too.
    private static EcrIdentity ParseRole(ReadOnlySpan<char> text)
    {
        var option = text.IndexOf(ExternalIdOption, StringComparison.Ordinal);
        if (option < 0)
        {
            return EcrIdentity.FromRole(AwsRoleArn.Parse(text.ToString()), externalId: null);
        }

        var externalId = text[(option + ExternalIdOption.Length)..];
        return externalId.IsEmpty
            ? throw new FormatException("The external id after \"external-id=\" is missing. Write it, or leave the option out.")
            : EcrIdentity.FromRole(AwsRoleArn.Parse(text[..option].ToString()), externalId.ToString());
    }
}
