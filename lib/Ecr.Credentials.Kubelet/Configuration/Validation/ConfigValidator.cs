using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Validation;

/// <summary>The kubelet's validation of a configuration that it has read.</summary>
/// <remarks>Rules: <see href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/plugin/config.go"/>.</remarks>
/// <param name="path">The file or directory, for what is nowhere in it.</param>
/// <param name="version">The version of the kubelet.</param>
/// <param name="hasTokens">Whether the feature gate KubeletServiceAccountTokenForCredentialProviders is on.</param>
internal sealed class ConfigValidator(string path, KubernetesVersion version, bool hasTokens)
{
    private const string ProtocolGroup = "credentialprovider.kubelet.k8s.io/";
    private const string ServiceAccount = "ServiceAccount";
    private const string Token = "Token";

    private static readonly KubernetesVersion SinceCacheType = new(1, 34);

    private readonly string[] _apiVersions = Array.ConvertAll(
        version switch
        {
            _ when version >= new KubernetesVersion(1, 26) => ["v1", "v1alpha1", "v1beta1"],
            _ when version >= new KubernetesVersion(1, 24) => ["v1alpha1", "v1beta1"],
            _ => (string[])["v1alpha1"],
        },
        name => ProtocolGroup + name);

    private readonly List<ConfigProblem> _problems = [];

    private bool IsFull => _problems.Count >= ConfigProblemCollection.MaxCount;

    public ConfigProblemCollection Validate(IReadOnlyList<DecodedProvider> providers)
    {
        if (providers.Count == 0)
        {
            Add(new ConfigProblem(
                path, 0, 0, "no providers are configured; add one to \"providers\"", "providers: Required value: at least 1 item in plugins is required"));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var provider in providers)
        {
            if (IsFull)
            {
                break;
            }

            ValidateName(provider, isNew: names.Add(provider.Provider.Name));
            ValidateApiVersion(provider);
            ValidateMatchImages(provider);
            ValidateCacheDuration(provider);
            if (provider.Provider.TokenAttributes is { } attributes)
            {
                ValidateTokenAttributes(provider, attributes);
            }
        }

        if (_problems.Count == 0)
        {
            return ConfigProblemCollection.None;
        }

        // Equal messages count once.
        var messages = _problems.Select(problem => problem.KubeletMessage).Distinct().ToArray();
        var message = messages.Length == 1 ? messages[0] : $"[{string.Join(", ", messages)}]";
        return new ConfigProblemCollection(_problems, $"failed to validate credential provider config: {message}");
    }

    private void ValidateName(DecodedProvider provider, bool isNew)
    {
        var name = provider.Provider.Name;
        if (name.Contains('/', StringComparison.Ordinal))
        {
            Add(
                provider,
                "name",
                $"invalid provider name {MessageText.Quote(name)}: it is a file name, remove \"/\"",
                Invalid("name", name, "provider name cannot contain '/'"));
        }

        if (name.Contains(' ', StringComparison.Ordinal))
        {
            Add(
                provider,
                "name",
                $"invalid provider name {MessageText.Quote(name)}: remove the spaces",
                Invalid("name", name, "provider name cannot contain spaces"));
        }

        if (name is "." or "..")
        {
            Add(
                provider,
                "name",
                $"invalid provider name \"{name}\": it must be the file name of the plugin",
                Invalid("name", name, $"provider name cannot be '{name}'"));
        }

        if (!isNew)
        {
            Add(
                provider,
                "name",
                $"the provider name {MessageText.Quote(name)} is used twice; rename one",
                $"providers.name: Duplicate value: {GoText.Quote(name)}");
        }
    }

    private void ValidateApiVersion(DecodedProvider provider)
    {
        var apiVersion = provider.Provider.ApiVersion;
        if (apiVersion.Length == 0)
        {
            Add(provider, "apiVersion", $"the provider has no apiVersion; add \"apiVersion: {_apiVersions[0]}\"", "providers.apiVersion: Required value");
        }
        else if (!_apiVersions.Contains(apiVersion))
        {
            Add(
                provider,
                "apiVersion",
                $"invalid apiVersion {MessageText.Quote(apiVersion)} of the provider: expected {string.Join(", ", _apiVersions)}",
                Unsupported("apiVersion", GoText.Quote(apiVersion), _apiVersions));
        }
    }

    private void ValidateMatchImages(DecodedProvider provider)
    {
        var images = provider.Provider.MatchImages;
        if (images.Count == 0)
        {
            Add(
                provider,
                "matchImages",
                "matchImages is empty; add a pattern",
                "providers.matchImages: Required value: at least 1 item in matchImages is required");
        }

        for (var i = 0; i < images.Count && !IsFull; i++)
        {
            if (GoUrlError.Explain(images[i]) is { } reason)
            {
                _ = ImagePattern.TryParse(images[i], out _, out var error);
                var message = Invalid("matchImages", images[i], $"match image is invalid: {reason}");
                Add(provider.Problem(provider.PositionOf("matchImages", i), error ?? "the pattern is not valid", message));
            }
        }
    }

    private void ValidateCacheDuration(DecodedProvider provider)
    {
        if (provider.CacheNanoseconds is not { } nanoseconds)
        {
            Add(
                provider,
                "defaultCacheDuration",
                "the provider has no defaultCacheDuration; add one, such as \"defaultCacheDuration: 0s\"",
                "providers.defaultCacheDuration: Required value");
        }
        else if (nanoseconds < 0)
        {
            var text = GoDuration.FormatNanoseconds(nanoseconds);
            Add(
                provider,
                "defaultCacheDuration",
                $"invalid defaultCacheDuration \"{text}\": it must not be negative",
                Invalid("defaultCacheDuration", text, "must be greater than or equal to 0"));
        }
    }

    private void ValidateTokenAttributes(DecodedProvider provider, ServiceAccountTokenAttributes attributes)
    {
        if (!hasTokens)
        {
            Add(
                provider,
                "tokenAttributes",
                $"tokenAttributes requires the feature gate KubeletServiceAccountTokenForCredentialProviders, which is off in Kubernetes {version}",
                "providers.tokenAttributes: Forbidden: tokenAttributes is not supported when "
                    + "KubeletServiceAccountTokenForCredentialProviders feature gate is disabled");
            return;
        }

        if (attributes.ServiceAccountTokenAudience.Length == 0)
        {
            AddToken("serviceAccountTokenAudience", "serviceAccountTokenAudience is missing; add the audience, such as sts.amazonaws.com", "Required value");
        }

        if (attributes.RequireServiceAccount is null)
        {
            AddToken("requireServiceAccount", "requireServiceAccount is missing; set it to true or false", "Required value");
        }

        if (provider.Provider.ApiVersion != ProtocolGroup + "v1")
        {
            Add(
                provider,
                "tokenAttributes",
                $"tokenAttributes requires \"apiVersion: {ProtocolGroup}v1\" in the provider",
                $"providers.tokenAttributes: Forbidden: tokenAttributes is only supported for {ProtocolGroup}v1 API version");
        }

        if (attributes is { RequireServiceAccount: false, RequiredServiceAccountAnnotationKeys.Count: > 0 })
        {
            AddToken(
                "requiredServiceAccountAnnotationKeys",
                "requiredServiceAccountAnnotationKeys requires \"requireServiceAccount: true\"",
                "Forbidden: requireServiceAccount cannot be false when requiredServiceAccountAnnotationKeys is set");
        }

        ValidateKeys(provider, "requiredServiceAccountAnnotationKeys", attributes.RequiredServiceAccountAnnotationKeys);
        ValidateKeys(provider, "optionalServiceAccountAnnotationKeys", attributes.OptionalServiceAccountAnnotationKeys);
        var both = attributes.RequiredServiceAccountAnnotationKeys
            .Intersect(attributes.OptionalServiceAccountAnnotationKeys)
            .Order(Comparer<string>.Create(GoText.Compare))
            .ToArray();
        if (both.Length > 0)
        {
            Add(
                provider,
                "tokenAttributes",
                $"the annotation key {MessageText.Quote(both[0])} is both required and optional; remove one",
                $"providers.tokenAttributes: Invalid value: {GoText.JsonList(both)}: annotation keys cannot be both required and optional");
        }

        if (version >= SinceCacheType)
        {
            ValidateCacheType(attributes.CacheType);
        }

        void ValidateCacheType(string cacheType)
        {
            if (cacheType.Length == 0)
            {
                AddToken(
                    "cacheType",
                    "cacheType is missing; set it to ServiceAccount or Token",
                    "Required value: cacheType is required to be set when tokenAttributes is specified. Supported values are: ServiceAccount, Token");
            }
            else if (cacheType is not (ServiceAccount or Token))
            {
                AddToken(
                    "cacheType",
                    $"invalid cacheType {MessageText.Quote(cacheType)}: expected ServiceAccount or Token",
                    Unsupported(
                        "tokenAttributes.cacheType",
                        GoText.JsonString(cacheType),
                        [ServiceAccount, Token])["providers.tokenAttributes.cacheType: ".Length..]);
            }
        }

        void AddToken(string field, string message, string kubeletMessage) => Add(provider.Problem(
            provider.PositionOf("tokenAttributes", subfield: field), message, $"providers.tokenAttributes.{field}: {kubeletMessage}"));
    }

    private void ValidateKeys(DecodedProvider provider, string field, IReadOnlyList<string> keys)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < keys.Count && !IsFull; i++)
        {
            var position = provider.PositionOf("tokenAttributes", i, field);
            foreach (var error in QualifiedName.Validate(keys[i]))
            {
                var message = $"invalid annotation key {MessageText.Quote(keys[i])}: write it as in \"example.com/name\"";
                Add(provider.Problem(position, message, Invalid($"tokenAttributes.{field}", keys[i], error)));
            }

            if (!seen.Add(keys[i]))
            {
                var message = $"the annotation key {MessageText.Quote(keys[i])} is listed twice; remove one";
                Add(provider.Problem(position, message, $"providers.tokenAttributes.{field}: Duplicate value: {GoText.Quote(keys[i])}"));
            }
        }
    }

    private static string Invalid(string field, string value, string reason) => $"providers.{field}: Invalid value: {GoText.Quote(value)}: {reason}";

    private static string Unsupported(string field, string quotedValue, IEnumerable<string> supported) =>
        $"providers.{field}: Unsupported value: {quotedValue}: supported values: {string.Join(", ", supported.Select(value => GoText.Quote(value)))}";

    private void Add(DecodedProvider provider, string field, string message, string kubeletMessage) =>
        Add(provider.Problem(provider.PositionOf(field), message, kubeletMessage));

    private void Add(ConfigProblem problem)
    {
        if (!IsFull)
        {
            _problems.Add(problem);
        }
    }
}
