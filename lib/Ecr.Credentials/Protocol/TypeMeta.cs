using System.Text;
using System.Text.Json;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>Reads the fields <c>kind</c> and <c>apiVersion</c>; allocates nothing if they have the expected values.</summary>
internal ref struct TypeMeta(ReadOnlySpan<byte> kind)
{
    private readonly ReadOnlySpan<byte> _kind = kind;
    private bool _isExpectedKind;
    private string? _otherKind;
    private CredentialProviderApiVersion? _version;
    private string? _otherVersion;

    /// <summary>Returns the version as it is written in JSON.</summary>
    public static ReadOnlySpan<byte> ToText(CredentialProviderApiVersion version) => version switch
    {
        CredentialProviderApiVersion.V1 => "credentialprovider.kubelet.k8s.io/v1"u8,
        CredentialProviderApiVersion.V1Beta1 => "credentialprovider.kubelet.k8s.io/v1beta1"u8,
        CredentialProviderApiVersion.V1Alpha1 => "credentialprovider.kubelet.k8s.io/v1alpha1"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "The value is not a defined API version."),
    };

    public void ReadKind(ref Utf8JsonReader reader)
    {
        _isExpectedKind = StrictJson.IsString(ref reader, "kind") && reader.ValueTextEquals(_kind);
        _otherKind = _isExpectedKind ? null : StrictJson.ReadString(ref reader, "kind");
    }

    public void ReadVersion(ref Utf8JsonReader reader)
    {
        _version = StrictJson.IsString(ref reader, "apiVersion") ? FindVersion(ref reader) : null;
        _otherVersion = _version is null ? StrictJson.ReadString(ref reader, "apiVersion") : null;
    }

    /// <exception cref="FormatException">The kind is not the expected one, or the version is unknown.</exception>
    public readonly CredentialProviderApiVersion Check()
    {
        if (!_isExpectedKind)
        {
            throw new FormatException($"\"kind\" is {QuoteOrMissing(_otherKind)}. It must be \"{Encoding.UTF8.GetString(_kind)}\".");
        }

        return _version ?? throw new FormatException(
            $"\"apiVersion\" is {QuoteOrMissing(_otherVersion)}. It must be credentialprovider.kubelet.k8s.io/v1, v1beta1 or v1alpha1.");
    }

    private static CredentialProviderApiVersion? FindVersion(ref Utf8JsonReader reader) =>
        IsVersion(ref reader, CredentialProviderApiVersion.V1) ? CredentialProviderApiVersion.V1
        : IsVersion(ref reader, CredentialProviderApiVersion.V1Beta1) ? CredentialProviderApiVersion.V1Beta1
        : IsVersion(ref reader, CredentialProviderApiVersion.V1Alpha1) ? CredentialProviderApiVersion.V1Alpha1
        : null;

    private static bool IsVersion(ref Utf8JsonReader reader, CredentialProviderApiVersion version) => reader.ValueTextEquals(ToText(version));

    private static string QuoteOrMissing(string? text) => string.IsNullOrEmpty(text) ? "missing" : MessageText.Quote(text);
}
