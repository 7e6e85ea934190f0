using System.Buffers.Binary;
using System.Globalization;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>What the first bytes and the length of a program say: <see href="https://man7.org/linux/man-pages/man5/elf.5.html"/>.</summary>
internal sealed class ProgramFile
{
    private const int HeaderLength = 64;
    private const int SegmentLength = 56;
    private const int MaxSegments = 64;

    public ProgramKind Kind { get; private init; }

    /// <summary>The architecture, such as <c>amd64</c>; null unless it is an executable.</summary>
    public string? Architecture { get; private init; }

    public long Length { get; private init; }

    /// <summary>The length that the headers require; 0 if they are not there.</summary>
    public long ExpectedLength { get; private init; }

    public static ProgramFile Read(string path)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var start = new byte[HeaderLength + (MaxSegments * SegmentLength)];
        var header = start.AsSpan(0, RandomAccess.Read(file, start, 0));
        return header switch
        {
            [] => new ProgramFile { Kind = ProgramKind.Empty },
            [(byte)'#', (byte)'!', ..] => new ProgramFile { Kind = ProgramKind.Script, Length = length },

            // gzip, zip, and zstd.
            [0x1f, 0x8b, ..] or [(byte)'P', (byte)'K', 3, 4, ..] or [0x28, 0xb5, 0x2f, 0xfd, ..] => new ProgramFile { Kind = ProgramKind.Archive },
            [0x7f, (byte)'E', (byte)'L', (byte)'F', ..] => ReadElf(header, length),
            _ => new ProgramFile { Kind = ProgramKind.Unknown, Length = length },
        };
    }

    private static ProgramFile ReadElf(ReadOnlySpan<byte> header, long length)
    {
        if (header.Length < HeaderLength)
        {
            return new ProgramFile { Kind = ProgramKind.Truncated, Length = length, ExpectedLength = HeaderLength };
        }

        var architecture = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) switch
        {
            62 => "amd64",
            183 => "arm64",
            3 => "386",
            40 => "arm",
            var other => string.Create(CultureInfo.InvariantCulture, $"machine {other}"),
        };
        const byte Class64 = 2;
        var expected = header[4] == Class64 ? ExpectedOf(header) : 0;
        return new ProgramFile
        {
            Kind = length < expected ? ProgramKind.Truncated : ProgramKind.Elf,
            Architecture = architecture,
            Length = length,
            ExpectedLength = expected,
        };
    }

    // The end of the last segment and of the table of sections.
    private static long ExpectedOf(ReadOnlySpan<byte> header)
    {
        var segments = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var sections = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        var expected = sections + ((long)BinaryPrimitives.ReadUInt16LittleEndian(header[58..]) * BinaryPrimitives.ReadUInt16LittleEndian(header[60..]));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        for (var i = 0; i < count && segments is >= 0 and < HeaderLength * 2 && segments + ((i + 1) * SegmentLength) <= header.Length; i++)
        {
            var segment = header[((int)segments + (i * SegmentLength))..];
            expected = Math.Max(expected, BinaryPrimitives.ReadInt64LittleEndian(segment[8..]) + BinaryPrimitives.ReadInt64LittleEndian(segment[32..]));
        }

        return expected;
    }
}
