using System.Globalization;
using System.Text;

namespace Ecr.Credentials.Kubelet.Nodes.Planning;

/// <summary>The difference of two texts in the format of <c>diff -u</c>.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    // Texts with more different lines than this are shown as replaced altogether.
    private const int MaxCells = 4_000_000;
    private const string NoLineBreak = "\\ No newline at end of file";

    /// <summary>The hunks; empty if the texts are equal.</summary>
    public static string Hunks(string before, string after)
    {
        var script = Compare(Lines(before), Lines(after));
        var text = new StringBuilder();
        for (var i = 0; i < script.Count;)
        {
            if (script[i].Sign == ' ')
            {
                i++;
                continue;
            }

            var start = Math.Max(0, i - Context);
            var end = i;
            for (var next = i; next < script.Count && next <= end + (2 * Context); next++)
            {
                end = script[next].Sign == ' ' ? end : next;
            }

            end = Math.Min(script.Count, end + 1 + Context);
            Append(text, script, start, end);
            i = end;
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, List<(char Sign, string Line)> script, int start, int end)
    {
        var hunk = script[start..end];
        text.Append(CultureInfo.InvariantCulture, $"@@ -{Range('+')} +{Range('-')} @@\n");
        foreach (var (sign, line) in hunk)
        {
            text.Append(sign).Append(line.TrimEnd('\n')).Append('\n');
            _ = line.EndsWith('\n') ? text : text.Append(NoLineBreak).Append('\n');
        }

        string Range(char other)
        {
            var first = script.Take(start).Count(entry => entry.Sign != other) + 1;
            var count = hunk.Count(entry => entry.Sign != other);
            first -= count == 0 ? 1 : 0;
            return count == 1 ? first.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{first},{count}");
        }
    }

    private static List<(char Sign, string Line)> Compare(string[] before, string[] after)
    {
        var start = 0;
        while (start < before.Length && start < after.Length && before[start] == after[start])
        {
            start++;
        }

        var end = 0;
        while (end < before.Length - start && end < after.Length - start && before[^(end + 1)] == after[^(end + 1)])
        {
            end++;
        }

        return
        [
            .. before[..start].Select(line => (' ', line)),
            .. CompareDifferent(before[start..^end], after[start..^end]),
            .. before[^end..].Select(line => (' ', line)),
        ];
    }

    // The longest common subsequence.
    private static List<(char Sign, string Line)> CompareDifferent(string[] before, string[] after)
    {
        var script = new List<(char, string)>();
        if ((long)before.Length * after.Length > MaxCells)
        {
            return [.. before.Select(line => ('-', line)), .. after.Select(line => ('+', line))];
        }

        var width = after.Length + 1;
        var lengths = new int[(before.Length + 1) * width];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                lengths[(i * width) + j] = before[i] == after[j]
                    ? lengths[((i + 1) * width) + j + 1] + 1
                    : Math.Max(lengths[((i + 1) * width) + j], lengths[(i * width) + j + 1]);
            }
        }

        var (x, y) = (0, 0);
        while (x < before.Length || y < after.Length)
        {
            if (x < before.Length && y < after.Length && before[x] == after[y])
            {
                script.Add((' ', before[x++]));
                y++;
            }
            else if (y == after.Length || (x < before.Length && lengths[((x + 1) * width) + y] >= lengths[(x * width) + y + 1]))
            {
                script.Add(('-', before[x++]));
            }
            else
            {
                script.Add(('+', after[y++]));
            }
        }

        return script;
    }

    private static string[] Lines(string text)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is var lineBreak and >= 0 ? lineBreak + 1 : text.Length;
            lines.Add(text[start..end]);
            start = end;
        }

        return [.. lines];
    }
}
