using System.Buffers;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>The request that the kubelet writes to a credential provider's standard input: the image to pull and the pod's service account.</summary>
/// <remarks>
/// Immutable. Specification: <see href="https://kubernetes.io/docs/reference/config-api/kubelet-credentialprovider.v1/"/>.
/// <see cref="ToString"/> and the debugger do not show the token.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class CredentialProviderRequest
{
    /// <summary>Gets the API version; the default is <see cref="CredentialProviderApiVersion.V1"/>. The response must use the same version.</summary>
    public CredentialProviderApiVersion ApiVersion { get; init; } = CredentialProviderApiVersion.V1;

    /// <summary>Gets the image without tag and digest, such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app</c>. Never empty.</summary>
    public required string Image
    {
        get;
        init
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>Gets the token of the pod's service account, or <see langword="null"/>. Only <c>v1</c> has it.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ServiceAccountToken { get; init; }

    /// <summary>Gets the annotations of the pod's service account that the kubelet is configured to pass; empty by default. Only <c>v1</c> has them.</summary>
    public IReadOnlyDictionary<string, string> ServiceAccountAnnotations
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>
    /// Parses a request. Unknown fields are ignored, because kubelet versions differ; if a field is repeated, the last one wins.
    /// </summary>
    /// <param name="utf8Json">One JSON object in UTF-8.</param>
    /// <returns>The request.</returns>
    /// <exception cref="FormatException">
    /// The text is empty, is not valid UTF-8 or JSON, has trailing data, has a field of the wrong type, is of another kind, has an unknown version or
    /// no image.
    /// </exception>
    public static CredentialProviderRequest Parse(ReadOnlySpan<byte> utf8Json)
    {
        StrictJson.ExpectText(utf8Json);
        var reader = new Utf8JsonReader(utf8Json);
        try
        {
            return Read(ref reader);
        }
        catch (JsonException)
        {
            throw StrictJson.NotJson(reader);
        }
        catch (InvalidOperationException)
        {
            throw StrictJson.NotUnicode();
        }
    }

    /// <summary>Parses a request without throwing.</summary>
    /// <param name="utf8Json">As for <see cref="Parse"/>.</param>
    /// <param name="request">The request, or <see langword="null"/> if the text is not valid.</param>
    /// <param name="error">What is wrong and what is expected; <see langword="null"/> if the text is valid.</param>
    /// <returns><see langword="true"/> if the text is a valid request.</returns>
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
    /// Writes the request byte for byte as the kubelet does: one line of compact JSON, in <c>v1</c> with the service account fields that are set.
    /// </summary>
    /// <param name="output">The destination.</param>
    public void WriteTo(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var writer = new GoJsonWriter(output);
        writer.WriteRaw("{\"kind\":\"CredentialProviderRequest\",\"apiVersion\":\""u8);
        writer.WriteRaw(TypeMeta.ToText(ApiVersion));
        writer.WriteRaw("\",\"image\":"u8);
        writer.WriteString(Image);
        if (ApiVersion == CredentialProviderApiVersion.V1)
        {
            WriteServiceAccount(ref writer);
        }

        writer.WriteRaw("}\n"u8);
        writer.Flush();
    }

    /// <summary>Writes the request as <see cref="WriteTo(IBufferWriter{byte})"/> does.</summary>
    /// <param name="output">The destination; not flushed.</param>
    public void WriteTo(Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var buffer = new ArrayBufferWriter<byte>();
        WriteTo(buffer);
        output.Write(buffer.WrittenSpan);
    }

    /// <summary>Returns the image without the token.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() =>
        ServiceAccountToken is null ? MessageText.Quote(Image) : $"{MessageText.Quote(Image)} with a hidden service-account token";

    private static CredentialProviderRequest Read(ref Utf8JsonReader reader)
    {
        var header = new TypeMeta("CredentialProviderRequest"u8);
        string? image = null;
        string? token = null;
        IReadOnlyDictionary<string, string>? annotations = null;

        StrictJson.BeginDocument(ref reader);
        while (StrictJson.NextField(ref reader))
        {
            if (reader.ValueTextEquals("kind"u8))
            {
                reader.Read();
                header.ReadKind(ref reader);
            }
            else if (reader.ValueTextEquals("apiVersion"u8))
            {
                reader.Read();
                header.ReadVersion(ref reader);
            }
            else if (reader.ValueTextEquals("image"u8))
            {
                reader.Read();
                image = StrictJson.ReadString(ref reader, "image");
            }
            else if (reader.ValueTextEquals("serviceAccountToken"u8))
            {
                reader.Read();
                token = StrictJson.ReadString(ref reader, "serviceAccountToken");
            }
            else if (reader.ValueTextEquals("serviceAccountAnnotations"u8))
            {
                reader.Read();
                annotations = ReadAnnotations(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        StrictJson.EndDocument(ref reader);
        return new CredentialProviderRequest
        {
            ApiVersion = header.Check(),
            Image = string.IsNullOrEmpty(image) ? throw new FormatException("\"image\" is missing. It must name the image to pull.") : image,
            ServiceAccountToken = string.IsNullOrEmpty(token) ? null : token,
            ServiceAccountAnnotations = annotations ?? ReadOnlyDictionary<string, string>.Empty,
        };
    }

    private static Dictionary<string, string>? ReadAnnotations(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        StrictJson.ExpectObject(ref reader, "\"serviceAccountAnnotations\"");
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        while (StrictJson.NextField(ref reader))
        {
            var key = StrictJson.ReadName(ref reader);
            annotations[key] = StrictJson.ReadString(ref reader, key) ?? "";
        }

        return annotations;
    }

    private void WriteServiceAccount(ref GoJsonWriter writer)
    {
        if (!string.IsNullOrEmpty(ServiceAccountToken))
        {
            writer.WriteRaw(",\"serviceAccountToken\":"u8);
            writer.WriteString(ServiceAccountToken);
        }

        if (ServiceAccountAnnotations.Count == 0)
        {
            return;
        }

        writer.WriteRaw(",\"serviceAccountAnnotations\":{"u8);
        var isFirst = true;
        foreach (var (key, value) in ServiceAccountAnnotations.OrderBy(annotation => annotation.Key, StringComparer.Ordinal))
        {
            writer.WriteRaw(isFirst ? ""u8 : ","u8);
            writer.WriteString(key);
            writer.WriteRaw(":"u8);
            writer.WriteString(value);
            isFirst = false;
        }

        writer.WriteRaw("}"u8);
    }
}
