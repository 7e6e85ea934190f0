using System.Text.Json;

namespace Ecr.Credentials.Protocol;

/// <summary>The fields <c>kind</c> and <c>apiVersion</c>, read without allocating where they are what is expected.</summary>
internal ref struct DocumentHeader(string kind)
{
    private const string V1 = "credentialprovider.kubelet.k8s.io/v1";
    private const string V1Beta1 = "credentialprovider.kubelet.k8s.io/v1beta1";
    private const string V1Alpha1 = "credentialprovider.kubelet.k8s.io/v1alpha1";

    private bool _isExpectedKind;
    private string? _otherKind;
    private CredentialProviderApiVersion? _version;
    private string? _otherVersion;

    public static string ToText(CredentialProviderApiVersion version) => version switch
    {
        CredentialProviderApiVersion.V1 => V1,
        CredentialProviderApiVersion.V1Beta1 => V1Beta1,
        CredentialProviderApiVersion.V1Alpha1 => V1Alpha1,
        _ => throw new ArgumentOutOfRangeException(nameof(version), version, "This version of the protocol does not exist."),
    };

    /// <summary>Writes both fields in the order of the kubelet.</summary>
    public static void Write(KubeletJsonWriter writer, string kind, CredentialProviderApiVersion version)
    {
        writer.WriteRaw("{\"kind\":"u8);
        writer.WriteString(kind);
        writer.WriteRaw(",\"apiVersion\":"u8);
        writer.WriteString(ToText(version));
    }

    public void ReadKind(ref Utf8JsonReader reader)
    {
        _isExpectedKind = KubeletJson.IsString(ref reader, "kind") && reader.ValueTextEquals(kind);
        _otherKind = _isExpectedKind ? null : KubeletJson.ReadString(ref reader, "kind");
    }

    public void ReadVersion(ref Utf8JsonReader reader)
    {
        _version = null;
        _otherVersion = null;
        if (!KubeletJson.IsString(ref reader, "apiVersion"))
        {
            return;
        }

        if (reader.ValueTextEquals(V1))
        {
            _version = CredentialProviderApiVersion.V1;
        }
        else if (reader.ValueTextEquals(V1Beta1))
        {
            _version = CredentialProviderApiVersion.V1Beta1;
        }
        else if (reader.ValueTextEquals(V1Alpha1))
        {
            _version = CredentialProviderApiVersion.V1Alpha1;
        }
        else
        {
            _otherVersion = KubeletJson.ReadString(ref reader, "apiVersion");
        }
    }

    /// <exception cref="FormatException">The kind is another one, or the version unknown.</exception>
    public readonly CredentialProviderApiVersion Check()
    {
        if (!_isExpectedKind)
        {
            throw new FormatException($"\"kind\" is {QuoteOrMissing(_otherKind)}. It must be \"{kind}\".");
        }

        return _version ?? throw new FormatException(
            $"\"apiVersion\" is {QuoteOrMissing(_otherVersion)}. It must be {V1}, v1beta1 or v1alpha1.");
    }

    private static string QuoteOrMissing(string? text) => string.IsNullOrEmpty(text) ? "missing" : MessageText.Quote(text);
}
