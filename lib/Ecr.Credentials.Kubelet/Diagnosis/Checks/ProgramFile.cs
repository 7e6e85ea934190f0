using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>What the first bytes and the length of a program say: <see href="https://man7.org/linux/man-pages/man5/elf.5.html"/>.</summary>
internal sealed class ProgramFile
{
    private const int HeaderLength = 64;
    private const int SegmentLength = 56;
    private const int MaxSegments = 64;
    private const int InterpreterSegment = 3; // PT_INTERP
    private const int MaxPathLength = 4096;

    /// <summary>The architecture of this machine, in the words of <see cref="Architecture"/>; null if there are no releases for it.</summary>
    public static string? MachineArchitecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => null,
    };

    public ProgramKind Kind { get; private init; }

    /// <summary>The architecture, such as <c>amd64</c>; null unless it is an executable.</summary>
    public string? Architecture { get; private init; }

    /// <summary>The dynamic loader, without which the program does not start; null if it needs none.</summary>
    public string? Loader { get; private init; }

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
            [0x7f, (byte)'E', (byte)'L', (byte)'F', ..] => ReadElf(file, header, length),
            _ => new ProgramFile { Kind = ProgramKind.Unknown, Length = length },
        };
    }

    private static ProgramFile ReadElf(SafeFileHandle file, ReadOnlySpan<byte> header, long length)
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
            Loader = expected > 0 && length >= expected ? ReadLoader(file, header) : null,
            Length = length,
            ExpectedLength = expected,
        };
    }

    private static string? ReadLoader(SafeFileHandle file, ReadOnlySpan<byte> header)
    {
        var segments = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        for (var i = 0; i < count && segments is >= 0 and < HeaderLength * 2 && segments + ((i + 1) * SegmentLength) <= header.Length; i++)
        {
            var segment = header[((int)segments + (i * SegmentLength))..];
            if (BinaryPrimitives.ReadInt32LittleEndian(segment) == InterpreterSegment
                && BinaryPrimitives.ReadInt64LittleEndian(segment[32..]) is > 1 and <= MaxPathLength and var length)
            {
                var path = new byte[length - 1];
                var read = RandomAccess.Read(file, path, BinaryPrimitives.ReadInt64LittleEndian(segment[8..]));
                return read == path.Length ? Encoding.UTF8.GetString(path) : null;
            }
        }

        return null;
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
