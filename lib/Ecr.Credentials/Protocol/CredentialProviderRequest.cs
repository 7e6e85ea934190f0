using System.Buffers;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Ecr.Credentials.Protocol;

/// <summary>What the kubelet writes to a credential provider's standard input: which image it is about to pull, and for whom.</summary>
/// <remarks>
/// Immutable. Rules: <see href="https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/"/>.
/// <see cref="ToString"/> and the debugger show no token.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class CredentialProviderRequest
{
    private const string Kind = "CredentialProviderRequest";

    /// <summary>The version of the protocol, <see cref="CredentialProviderApiVersion.V1"/> by default. The response must have the same.</summary>
    public CredentialProviderApiVersion ApiVersion { get; init; } = CredentialProviderApiVersion.V1;

    /// <summary>The image without tag and digest, such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app</c>. Not empty.</summary>
    public required string Image
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>The token of the pod's service account, or <see langword="null"/>. Only <c>v1</c> carries it.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ServiceAccountToken { get; init; }

    /// <summary>Those annotations of the pod's service account that the configuration asks for; empty by default. Only <c>v1</c> carries them.</summary>
    public IReadOnlyDictionary<string, string> ServiceAccountAnnotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Reads a request. Unknown fields are ignored, because kubelets differ; of a repeated field the last one counts.</summary>
    /// <param name="utf8Json">One JSON object in UTF-8.</param>
    /// <returns>The request.</returns>
    /// <exception cref="FormatException">
    /// The text is empty, not valid UTF-8 or JSON, is followed by more, has a field of the wrong type, another kind, an unknown version or no image.
    /// </exception>
    public static CredentialProviderRequest Parse(ReadOnlySpan<byte> utf8Json)
    {
        var fields = new Fields();
        KubeletJson.ReadDocument(utf8Json, fields, ReadField);

        KubeletJson.ExpectKind(fields.Kind, Kind);
        return new CredentialProviderRequest
        {
            ApiVersion = KubeletJson.ParseVersion(fields.ApiVersion),
            Image = string.IsNullOrEmpty(fields.Image)
                ? throw new FormatException("\"image\" is missing. It must name the image to pull.")
                : fields.Image,
            ServiceAccountToken = string.IsNullOrEmpty(fields.ServiceAccountToken) ? null : fields.ServiceAccountToken,
            ServiceAccountAnnotations = fields.ServiceAccountAnnotations ?? ReadOnlyDictionary<string, string>.Empty,
        };
    }

    /// <summary>Reads a request without throwing.</summary>
    /// <param name="utf8Json">As for <see cref="Parse"/>.</param>
    /// <param name="request">The request, or <see langword="null"/>.</param>
    /// <param name="error">What is wrong and what is expected, or <see langword="null"/>.</param>
    /// <returns>Whether the text is a request.</returns>
    public static bool TryParse(
        ReadOnlySpan<byte> utf8Json,
        [NotNullWhen(true)] out CredentialProviderRequest? request,
        [NotNullWhen(false)] out string? error)
    {
        try
        {
            (request, error) = (Parse(utf8Json), null);
            return true;
        }
        catch (FormatException e)
        {
            (request, error) = (null, e.Message);
            return false;
        }
    }

    /// <summary>
    /// Writes the request as the kubelet does, byte for byte: one line of compact JSON, in <c>v1</c> with the service-account fields that are set.
    /// </summary>
    /// <param name="output">Takes the bytes.</param>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        using (var writer = new Utf8JsonWriter(output, KubeletJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("kind"u8, Kind);
            writer.WriteString("apiVersion"u8, KubeletJson.ToText(ApiVersion));
            writer.WriteString("image"u8, Image);
            if (ApiVersion == CredentialProviderApiVersion.V1)
            {
                WriteServiceAccount(writer);
            }

            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Writes the request as <see cref="WriteTo(IBufferWriter{byte})"/> does.</summary>
    /// <param name="output">Takes the bytes; not flushed.</param>
    public void WriteTo(Stream output) => KubeletJson.WriteTo(output, WriteTo);

    /// <summary>The image; a token stays hidden.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() =>
        ServiceAccountToken is null ? MessageText.Quote(Image) : $"{MessageText.Quote(Image)} with a hidden service-account token";

    private static void ReadField(ref Utf8JsonReader reader, string name, Fields fields)
    {
        switch (name)
        {
            case "kind":
                fields.Kind = KubeletJson.ReadString(ref reader, name);
                break;
            case "apiVersion":
                fields.ApiVersion = KubeletJson.ReadString(ref reader, name);
                break;
            case "image":
                fields.Image = KubeletJson.ReadString(ref reader, name);
                break;
            case "serviceAccountToken":
                fields.ServiceAccountToken = KubeletJson.ReadString(ref reader, name);
                break;
            case "serviceAccountAnnotations":
                fields.ServiceAccountAnnotations = ReadAnnotations(ref reader, name);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static Dictionary<string, string>? ReadAnnotations(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        KubeletJson.ReadObject(
            ref reader,
            MessageText.Quote(name),
            annotations,
            static (ref reader, key, annotations) => annotations[key] = KubeletJson.ReadString(ref reader, key) ?? "");
        return annotations;
    }

    private void WriteServiceAccount(Utf8JsonWriter writer)
    {
        if (!string.IsNullOrEmpty(ServiceAccountToken))
        {
            writer.WriteString("serviceAccountToken"u8, ServiceAccountToken);
        }

        if (ServiceAccountAnnotations.Count > 0)
        {
            writer.WriteStartObject("serviceAccountAnnotations"u8);
            foreach (var (key, value) in ServiceAccountAnnotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }
    }

    private sealed class Fields
    {
        public string? Kind { get; set; }

        public string? ApiVersion { get; set; }

        public string? Image { get; set; }

        public string? ServiceAccountToken { get; set; }

        public IReadOnlyDictionary<string, string>? ServiceAccountAnnotations { get; set; }
    }
}
