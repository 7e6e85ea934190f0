using System.Buffers;
using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>
/// Enumerates the certificates in PEM text and decodes only their names. The first unreadable one ends the enumeration, as it does when .NET reads
/// those of the system.
/// </summary>
/// <param name="pem">The text.</param>
/// <param name="skipMalformed">Whether text that is not PEM is skipped, as .NET does when it imports a file.</param>
internal ref struct PemCertificateReader(ReadOnlySpan<byte> pem, bool skipMalformed = false)
{
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);

    private ReadOnlySpan<byte> _rest = pem;
    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>The certificate in DER, valid until the next call of <see cref="MoveNext"/>.</summary>
    public readonly ReadOnlySpan<byte> Current => _buffer.AsSpan(0, _length);

    /// <summary>The encoded name of the issuer.</summary>
    public ReadOnlySpan<byte> Issuer { get; private set; }

    /// <summary>The encoded name of the subject.</summary>
    public ReadOnlySpan<byte> Subject { get; private set; }

    /// <summary>Whether an unreadable certificate ended the enumeration.</summary>
    public bool IsInvalid { get; private set; }

    public bool MoveNext()
    {
        while (PemEncoding.TryFindUtf8(_rest, out var fields))
        {
            var found = _rest;
            _rest = _rest[fields.Location.End..];
            if (!skipMalformed && found[..fields.Location.Start].IndexOf("-----BEGIN CERTIFICATE-----"u8) >= 0)
            {
                IsInvalid = true;
                return false;
            }

            if (found[fields.Label].SequenceEqual("CERTIFICATE"u8))
            {
                IsInvalid = !(TryDecode(found[fields.Base64Data]) && TryReadNames());
                return !IsInvalid;
            }
        }

        return false;
    }

    private bool TryDecode(ReadOnlySpan<byte> base64)
    {
        if (_buffer.Length < base64.Length)
        {
            _buffer = new byte[base64.Length];
        }

        return Base64.DecodeFromUtf8(base64, _buffer, out _, out _length) == OperationStatus.Done;
    }

    // Certificate ::= SEQUENCE { SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer, validity, subject, ... }, ... }:
    // https://datatracker.ietf.org/doc/html/rfc5280#section-4.1
    private bool TryReadNames()
    {
        try
        {
            var fields = Open(Open(Current));
            if (Asn1Tag.Decode(fields, out _).HasSameClassAndValue(Version))
            {
                Take(ref fields);
            }

            Take(ref fields);
            Take(ref fields);
            Issuer = Take(ref fields);
            Take(ref fields);
            Subject = Take(ref fields);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> sequence)
    {
        AsnDecoder.ReadSequence(sequence, AsnEncodingRules.BER, out var offset, out var length, out _);
        return sequence.Slice(offset, length);
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> values)
    {
        AsnDecoder.ReadEncodedValue(values, AsnEncodingRules.BER, out _, out _, out var length);
        var value = values[..length];
        values = values[length..];
        return value;
    }
}
