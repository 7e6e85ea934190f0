namespace Ecr.Credentials.Kubelet.Configuration.Editing;

/// <summary>Whether two providers have the same values.</summary>
internal static class ProviderComparer
{
    public static bool AreEqual(CredentialProvider left, CredentialProvider right) =>
        left.Name == right.Name
        && left.DefaultCacheDuration == right.DefaultCacheDuration
        && left.ApiVersion == right.ApiVersion
        && left.MatchImages.SequenceEqual(right.MatchImages)
        && left.Arguments.SequenceEqual(right.Arguments)
        && AreEqual(left.Environment, right.Environment)
        && AreEqual(left.TokenAttributes, right.TokenAttributes);

    public static bool AreEqual(IReadOnlyList<ExecEnvironmentVariable> left, IReadOnlyList<ExecEnvironmentVariable> right) =>
        left.Select(variable => variable.Name).SequenceEqual(right.Select(variable => variable.Name))
        && left.Select(variable => variable.Value).SequenceEqual(right.Select(variable => variable.Value));

    public static bool AreEqual(ServiceAccountTokenAttributes? left, ServiceAccountTokenAttributes? right) => (left, right) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        _ => left.ServiceAccountTokenAudience == right.ServiceAccountTokenAudience
            && left.CacheType == right.CacheType
            && left.RequireServiceAccount == right.RequireServiceAccount
            && left.RequiredServiceAccountAnnotationKeys.SequenceEqual(right.RequiredServiceAccountAnnotationKeys)
            && left.OptionalServiceAccountAnnotationKeys.SequenceEqual(right.OptionalServiceAccountAnnotationKeys),
    };
}
