using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ecr.Emulator.Signing;

/// <summary>Verifies proofs of possession of one key: https://www.rfc-editor.org/rfc/rfc9449#section-4.3</summary>
internal sealed class DpopVerifier(ECParameters key)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, bool> _used = new(StringComparer.Ordinal);

    /// <returns>What is wrong with the proof; null if nothing is.</returns>
    public string? FindProblem(string? proof, string method, string target, DateTimeOffset now)
    {
        if (proof?.Split('.') is not [{ } header, { } payload, { } signature])
        {
            return "no proof";
        }

        try
        {
            return FindProblem(JsonElement.Parse(Base64Url.DecodeFromChars(header)))
                ?? FindProblem(JsonElement.Parse(Base64Url.DecodeFromChars(payload)), method, target, now)
                ?? FindProblem($"{header}.{payload}", Base64Url.DecodeFromChars(signature));
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "the proof is malformed";
        }
    }

    private string? FindProblem(JsonElement header)
    {
        var jwk = header.GetProperty("jwk");
        return Text(header, "typ") != "dpop+jwt" ? "typ"
            : Text(header, "alg") != "ES256" ? "alg"
            : Text(jwk, "kty") != "EC" || Text(jwk, "crv") != "P-256" || jwk.TryGetProperty("d", out _) ? "jwk"
            : !IsEqual(jwk, "x", key.Q.X!) || !IsEqual(jwk, "y", key.Q.Y!) ? "another key"
            : null;
    }

    private string? FindProblem(JsonElement payload, string method, string target, DateTimeOffset now) =>
        Text(payload, "htm") != method ? "htm"
        : Text(payload, "htu") != target ? "htu"
        : (now - DateTimeOffset.FromUnixTimeSeconds(payload.GetProperty("iat").GetInt64())).Duration() > Tolerance ? "iat"
        : string.IsNullOrEmpty(Text(payload, "jti")) || !_used.TryAdd(Text(payload, "jti")!, true) ? "jti"
        : null;

    private string? FindProblem(string signed, byte[] signature)
    {
        using var verifier = ECDsa.Create(new ECParameters { Curve = key.Curve, Q = key.Q });
        return verifier.VerifyData(
            Encoding.ASCII.GetBytes(signed), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                ? null
                : "the signature";
    }

    private static bool IsEqual(JsonElement jwk, string name, byte[] expected) => Base64Url.DecodeFromChars(Text(jwk, name)).AsSpan().SequenceEqual(expected);

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
