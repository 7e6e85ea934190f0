using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Tests.Matching;

/// <summary>
/// The rows of <c>Vectors/image-matching.tsv</c>: glob, image, the result of the kubelet's own function built with Go 1.26, and the rule.
/// </summary>
internal static class ImageMatchingVectors
{
    public static IEnumerable<TestCaseData> All =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", "image-matching.tsv"))
        let columns = line.Split('\t')
        select new TestCaseData(Unescape(columns[0]), Unescape(columns[1]), columns[2])
            .SetArgDisplayNames(columns[3], columns[0], columns[1], columns[2]);

    private static string Unescape(string field)
    {
        StringBuilder text = new();
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != '\\')
            {
                text.Append(field[i]);
                continue;
            }

            i++;
            text.Append(field[i] switch
            {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                'x' => (char)byte.Parse(field.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                _ => throw new FormatException($"\"\\{field[i]}\" is not an escape of the vector files."),
            });
            i += field[i] == 'x' ? 2 : 0;
        }

        return text.ToString();
    }
}
