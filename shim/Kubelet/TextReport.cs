using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>Text for a terminal of 80 columns.</summary>
internal sealed class TextReport
{
    private const int Width = 80;
    private const int LabelWidth = 12;

    private readonly StringBuilder _text = new();

    public TextReport Line(string text = "")
    {
        _text.Append(text).Append('\n');
        return this;
    }

    /// <summary>Appends text in lines of at most 80 columns, except for words that are longer.</summary>
    public TextReport Paragraph(string text, int indent = 0) => Append(new string(' ', indent), text, indent);

    /// <summary>Appends a label and its value.</summary>
    public TextReport Field(string label, string value, int indent = 2) =>
        Append($"{new string(' ', indent)}{label.PadRight(LabelWidth - indent)}", value, LabelWidth);

    /// <summary>The number and the noun, in the plural unless the number is 1.</summary>
    public static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    public override string ToString() => _text.ToString().TrimEnd('\n');

    private TextReport Append(string start, string text, int indent)
    {
        _text.Append(start);
        var column = indent;
        foreach (var word in text.Split(' '))
        {
            if (column > indent && column + 1 + word.Length > Width)
            {
                _text.Append('\n').Append(' ', indent);
                column = indent;
            }
            else if (column > indent)
            {
                _text.Append(' ');
                column++;
            }

            _text.Append(word);
            column += word.Length;
        }

        return Line();
    }
}
