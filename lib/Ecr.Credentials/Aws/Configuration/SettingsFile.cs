using System.Text;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>Reads small files that settings name: any path may be one of a device that never ends.</summary>
internal static class SettingsFile
{
    /// <summary>The largest file, in bytes: many times the largest that a person or tool writes.</summary>
    public const int MaxLength = 1 << 20;

    /// <summary>The text of a file: UTF-8, or what its byte order mark says.</summary>
    /// <exception cref="IOException">The file cannot be read, or has more than 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading the file is not permitted.</exception>
    public static string ReadText(string path)
    {
        using var reader = new StreamReader(new MemoryStream(ReadBytes(path)), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        return reader.ReadToEnd();
    }

    /// <summary>The content of a file.</summary>
    /// <exception cref="IOException">The file cannot be read, or has more than 1 MiB.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading the file is not permitted.</exception>
    public static byte[] ReadBytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[4096];
        var length = 0;
        while (file.Read(buffer, length, buffer.Length - length) is > 0 and var read)
        {
            length += read;
            if (length > MaxLength)
            {
                throw new IOException("The file is larger than 1 MiB.");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 4);
            }
        }

        return buffer[..length];
    }
}
