using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Registries;

/// <summary>An Amazon ECR registry, parsed from its host name: its account, region, partition and API endpoint.</summary>
/// <remarks>
/// Immutable. Registries with the same host are equal. Host names: <see href="https://docs.aws.amazon.com/general/latest/gr/ecr.html"/> and
/// <see href="https://docs.aws.amazon.com/general/latest/gr/ecr-public.html"/>.
/// </remarks>
public sealed class EcrRegistry : IEquatable<EcrRegistry>
{
    private const int AccountIdLength = 12;

    private readonly AwsPartition _partition;

    private EcrRegistry(string host, string? accountId, string region, AwsPartition partition, bool isPublic, bool isFips, bool isDualStack)
    {
        _partition = partition;
        Host = host;
        AccountId = accountId;
        Region = region;
        IsPublic = isPublic;
        IsFips = isFips;
        IsDualStack = isDualStack;
    }

    /// <summary>Gets the host as given, including <c>:443</c> if present. The kubelet looks up the credentials under this name.</summary>
    public string Host { get; }

    /// <summary>Gets the 12-digit ID of the account that owns the registry; <see langword="null"/> for ECR Public.</summary>
    public string? AccountId { get; }

    /// <summary>Gets the region whose API issues the tokens, such as <c>eu-west-1</c>; for ECR Public always <c>us-east-1</c>.</summary>
    public string Region { get; }

    /// <summary>Gets the partition of the region, such as <c>aws</c>, <c>aws-cn</c> or <c>aws-us-gov</c>.</summary>
    public string Partition => _partition.Name;

    /// <summary>Whether this is ECR Public: <c>public.ecr.aws</c> or <c>ecr-public.aws.com</c>.</summary>
    public bool IsPublic { get; }

    /// <summary>Whether the host is a FIPS host, which uses FIPS 140 validated TLS.</summary>
    public bool IsFips { get; }

    /// <summary>Whether the host is dual-stack, which means that it also has IPv6 addresses.</summary>
    public bool IsDualStack { get; }

    /// <summary>Gets the API endpoint that issues tokens for this registry, unless the AWS configuration overrides it.</summary>
    public Uri ApiEndpoint => GetApiEndpoint(IsFips, IsDualStack);

    /// <summary>Parses a registry host, or the host of an image; the path is ignored.</summary>
    /// <param name="imageOrHost">
    /// A host or image such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2</c>, without a scheme. The only port accepted is 443.
    /// </param>
    /// <returns>The registry.</returns>
    /// <exception cref="FormatException">The host is not an Amazon ECR registry host. The message says which part is wrong.</exception>
    public static EcrRegistry Parse(ReadOnlySpan<char> imageOrHost) =>
        TryParse(imageOrHost, out var registry, out var error) ? registry : throw new FormatException(error);

    /// <summary>Parses a registry host, or the host of an image, without throwing.</summary>
    /// <param name="imageOrHost">As for <see cref="Parse"/>.</param>
    /// <param name="registry">The registry, or <see langword="null"/> if the host is not an Amazon ECR registry host.</param>
    /// <returns><see langword="true"/> if the host is an Amazon ECR registry host.</returns>
    public static bool TryParse(ReadOnlySpan<char> imageOrHost, [NotNullWhen(true)] out EcrRegistry? registry) =>
        TryParse(imageOrHost, out registry, out _);

    /// <summary>Parses a registry host, or the host of an image, without throwing, and explains what is wrong with it.</summary>
    /// <param name="imageOrHost">As for <see cref="Parse"/>.</param>
    /// <param name="registry">The registry, or <see langword="null"/> if the host is not an Amazon ECR registry host.</param>
    /// <param name="error">What is wrong and what is expected; <see langword="null"/> if the host is valid.</param>
    /// <returns><see langword="true"/> if the host is an Amazon ECR registry host.</returns>
    public static bool TryParse(
        ReadOnlySpan<char> imageOrHost,
        [NotNullWhen(true)] out EcrRegistry? registry,
        [NotNullWhen(false)] out string? error)
    {
        var host = GetHost(imageOrHost);
        var colon = host.IndexOf(':');
        var name = colon < 0 ? host : host[..colon];

        registry = null;
        var fault = name switch
        {
            "public.ecr.aws" => ReadPublic(host, isDualStack: false, out registry),
            "ecr-public.aws.com" => ReadPublic(host, isDualStack: true, out registry),
            _ => ReadPrivate(host, name, out registry),
        };

        if (registry is not null && colon >= 0 && host[(colon + 1)..] is not "443")
        {
            registry = null;
            fault = "The port must be 443 or omitted.";
        }

        error = registry is null ? Explain(imageOrHost, host, fault) : null;
        return registry is not null;
    }

    /// <summary>Determines whether two registries have the same host.</summary>
    /// <param name="other">The other registry.</param>
    /// <returns><see langword="true"/> if they are equal.</returns>
    public bool Equals(EcrRegistry? other) =>
        (object)this == other || (other is not null && Host == other.Host && Region == other.Region && IsPublic == other.IsPublic);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as EcrRegistry);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Host, Region);

    /// <summary>Returns the host.</summary>
    /// <returns><see cref="Host"/>.</returns>
    public override string ToString() => Host;

    /// <summary>Returns the text before the first slash.</summary>
    internal static ReadOnlySpan<char> GetHost(ReadOnlySpan<char> imageOrHost)
    {
        var slash = imageOrHost.IndexOf('/');
        return slash < 0 ? imageOrHost : imageOrHost[..slash];
    }

    /// <summary>Creates a private registry of a region for a host whose name is not an ECR host; <see langword="null"/> if the region is not valid.</summary>
    internal static EcrRegistry? ForRegion(string host, string region) =>
        AwsPartition.FromRegion(region) is { } partition
            ? new EcrRegistry(host, accountId: null, region, partition, isPublic: false, isFips: false, isDualStack: false)
            : null;

    internal Uri GetApiEndpoint(bool fips, bool dualStack) =>
        IsPublic ? EcrApiEndpoint.ForPublic(fips, dualStack) : EcrApiEndpoint.ForPrivate(_partition, Region, fips, dualStack);

    private static string ReadPublic(ReadOnlySpan<char> host, bool isDualStack, out EcrRegistry registry)
    {
        var partition = AwsPartition.FromRegion(EcrApiEndpoint.PublicRegion)!;
        registry = new EcrRegistry(
            host.ToString(), accountId: null, EcrApiEndpoint.PublicRegion, partition, isPublic: true, isFips: false, isDualStack);
        return "";
    }

    // 123456789012 . dkr.ecr-fips . us-gov-west-1 . amazonaws.com
    // account        service        region          suffix
    private static string ReadPrivate(ReadOnlySpan<char> host, ReadOnlySpan<char> name, out EcrRegistry? registry)
    {
        registry = null;
        var rest = name;
        var account = ReadLabel(ref rest);
        if (!TryReadService(ref rest, out var isFips))
        {
            return "";
        }

        if (account.Length != AccountIdLength || account.ContainsAnyExceptInRange('0', '9'))
        {
            return $"The account ID {MessageText.Quote(account)} is not {AccountIdLength} digits.";
        }

        var region = ReadLabel(ref rest);
        if (AwsPartition.FromRegion(region) is not { } partition)
        {
            return $"{MessageText.Quote(region)} is not a valid AWS region.";
        }

        var isDualStack = rest.SequenceEqual(partition.DualStackRegistrySuffix);
        if (!isDualStack && !rest.SequenceEqual(partition.DnsSuffix))
        {
            return $"Hosts in region {MessageText.Quote(region)} end in \"{partition.DnsSuffix}\" or \"{partition.DualStackRegistrySuffix}\".";
        }

        registry = new EcrRegistry(host.ToString(), account.ToString(), region.ToString(), partition, isPublic: false, isFips, isDualStack);
        return "";
    }

    private static ReadOnlySpan<char> ReadLabel(ref ReadOnlySpan<char> text)
    {
        var dot = text.IndexOf('.');
        var label = dot < 0 ? text : text[..dot];
        text = dot < 0 ? [] : text[(dot + 1)..];
        return label;
    }

    // AWS uses a dot in IPv4 host names and a hyphen in dual-stack ones. Here the suffix alone decides, and both spellings are accepted with either.
    private static bool TryReadService(ref ReadOnlySpan<char> text, out bool isFips)
    {
        isFips = TrySkip(ref text, "dkr.ecr-fips.") || TrySkip(ref text, "dkr-ecr-fips.");
        return isFips || TrySkip(ref text, "dkr.ecr.") || TrySkip(ref text, "dkr-ecr.");
    }

    private static bool TrySkip(ref ReadOnlySpan<char> text, ReadOnlySpan<char> prefix)
    {
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        text = text[prefix.Length..];
        return true;
    }

    private static string Explain(ReadOnlySpan<char> imageOrHost, ReadOnlySpan<char> host, string fault)
    {
        if (host.IsEmpty)
        {
            return "the registry host is missing. Expected the form 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app.";
        }

        if (host.Contains('@'))
        {
            // The text before the @ may contain a password, so it is not quoted.
            return "the registry host contains \"@\". Remove the user name and password; a digest goes after the repository.";
        }

        if (imageOrHost.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || imageOrHost.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return $"{MessageText.Quote(imageOrHost)} must not include a scheme. Start with the registry host.";
        }

        var sentence = $"{MessageText.Quote(host)} is not an Amazon ECR registry host.";
        return fault.Length > 0 ? $"{sentence} {fault}" : sentence;
    }
}
