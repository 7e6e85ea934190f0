using System.Buffers;
using System.Buffers.Text;
using System.Formats.Asn1;

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
    private bool _isLineStart = true;
    private byte[] _buffer = new byte[4096];
    private int _length;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> End => "-----END CERTIFICATE-----"u8;

    private static ReadOnlySpan<byte> Blanks => " \t\r\n"u8;

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
        // A system has 150 certificates, which are read before every first connection: PemEncoding checks every character and takes longer than all else here.
        while (!IsInvalid && _rest.IndexOf(Begin) is >= 0 and var start)
        {
            var isLineStart = start == 0 ? _isLineStart : Blanks.Contains(_rest[start - 1]);
            _rest = _rest[(start + Begin.Length)..];
            _isLineStart = false;
            var end = _rest.IndexOf(End);
            if (isLineStart && end >= 0 && TryDecode(_rest[..end]))
            {
                _rest = _rest[(end + End.Length)..];
                IsInvalid = !TryReadNames();
                return !IsInvalid;
            }

            IsInvalid = !skipMalformed;
        }

        return false;
    }

    // In one piece, because the decoder is slow at the end of each line.
    private bool TryDecode(ReadOnlySpan<byte> lines)
    {
        if (_buffer.Length < lines.Length)
        {
            _buffer = new byte[lines.Length];
        }

        var count = 0;
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = (end < 0 ? lines : lines[..end]).Trim(Blanks);
            line.CopyTo(_buffer.AsSpan(count));
            count += line.Length;
            lines = end < 0 ? [] : lines[(end + 1)..];
        }

        return Base64.DecodeFromUtf8InPlace(_buffer.AsSpan(0, count), out _length) == OperationStatus.Done && _length > 0;
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
