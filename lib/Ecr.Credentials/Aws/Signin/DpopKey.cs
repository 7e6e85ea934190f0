using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Aws.Signin;

/// <summary>The key of a session of <c>aws login</c>, which proves that a request comes from the machine of the sign-in: RFC 9449.</summary>
internal sealed class DpopKey : IDisposable
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa _key;

    private DpopKey(ECDsa key) => _key = key;

    /// <param name="pem">The private key, as PEM text.</param>
    /// <exception cref="FormatException">The text is not a private key of the curve P-256.</exception>
    public static DpopKey Import(string pem)
    {
        var key = ECDsa.Create();
        try
        {
            // The AWS CLI writes no other form. ECDsa.ImportFromPem would bring every form into the executable.
            var fields = PemEncoding.Find(pem);
            if (!pem.AsSpan(fields.Label).SequenceEqual("EC PRIVATE KEY"))
            {
                throw new FormatException("not an EC private key");
            }

            key.ImportECPrivateKey(Convert.FromBase64String(pem[fields.Base64Data]), out _);
            return key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256
                ? new DpopKey(key)
                : throw new FormatException("not an EC private key of the curve P-256");
        }
        catch (FormatException)
        {
            key.Dispose();
            throw;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or PlatformNotSupportedException)
        {
            key.Dispose();

            // The platform does not support every curve. The messages may repeat the key.
            throw new FormatException("not an EC private key in PEM");
        }
    }

    /// <summary>Creates the value of the header <c>DPoP</c> of one request.</summary>
    /// <param name="method">The method of the request.</param>
    /// <param name="target">Its address.</param>
    /// <param name="now">The time at which it is sent.</param>
    public string CreateProof(string method, Uri target, DateTimeOffset now)
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var header = Encode(json =>
        {
            json.WriteString("typ"u8, "dpop+jwt"u8);
            json.WriteString("alg"u8, "ES256"u8);
            json.WriteStartObject("jwk"u8);
            json.WriteString("kty"u8, "EC"u8);
            json.WriteString("x"u8, Base64Url.EncodeToString(point.X));
            json.WriteString("y"u8, Base64Url.EncodeToString(point.Y));
            json.WriteString("crv"u8, "P-256"u8);
            json.WriteEndObject();
        });
        var payload = Encode(json =>
        {
            json.WriteString("htm"u8, method);
            json.WriteString("htu"u8, target.AbsoluteUri);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteString("jti"u8, Guid.NewGuid().ToString());
        });
        var signed = $"{header}.{payload}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public void Dispose() => _key.Dispose();

    public override string ToString() => "a key of a sign-in";

    private static string Encode(Action<Utf8JsonWriter> writeMembers)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.ToArray());
    }
}
