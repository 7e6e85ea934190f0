using System.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>A file's path and content, which map an offset to a line.</summary>
internal sealed class SourceText
{
    private readonly byte[]? _bytes;
    private readonly List<int> _lines = [0];

    /// <summary>A text whose positions are indexes of characters.</summary>
    public SourceText(string path, string text)
    {
        Path = path;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\u0085' or '\u2028' or '\u2029' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
            {
                _lines.Add(i + 1);
            }
        }
    }

    /// <summary>A text whose positions are indexes of bytes.</summary>
    public SourceText(string path, byte[] bytes)
    {
        Path = path;
        _bytes = bytes;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n')
            {
                _lines.Add(i + 1);
            }
        }
    }

    /// <summary>The path as it was given, or made from the directory that was given.</summary>
    public string Path { get; }

    public ConfigProblem Problem(int position, string message, string kubeletMessage)
    {
        var (line, column) = Locate(position);
        return new ConfigProblem(Path, line, column, message, kubeletMessage);
    }

    /// <summary>Line and column, counted from 1.</summary>
    public (int Line, int Column) Locate(int position)
    {
        var index = _lines.BinarySearch(position);
        index = index < 0 ? ~index - 1 : index;
        var start = _lines[index];
        var column = _bytes is null ? position - start : Encoding.UTF8.GetCharCount(_bytes.AsSpan(start, Math.Min(position, _bytes.Length) - start));
        return (index + 1, column + 1);
    }
}
