using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Kubelet.Diagnosis.Checks;

/// <summary>Finds the pattern that was probably meant to match an image.</summary>
internal static class NearestPattern
{
    /// <summary>The pattern with the fewest labels that differ, and why it does not match; null if there are no patterns.</summary>
    public static (string Text, string Reason)? Find(IReadOnlyList<string> patterns, string repository)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var labels = (slash < 0 ? repository : repository[..slash]).Split('.');
        (string Text, string Reason)? nearest = null;
        var smallest = int.MaxValue;
        foreach (var text in patterns)
        {
            var (distance, reason) = Compare(text, labels);
            if (distance < smallest)
            {
                (smallest, nearest) = (distance, (text, reason));
            }
        }

        return nearest;
    }

    private static (int Distance, string Reason) Compare(string text, string[] labels)
    {
        if (!ImagePattern.TryParse(text, out var pattern))
        {
            return (int.MaxValue - 1, "it is not a valid pattern");
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return (0, "images have no scheme");
        }

        var host = pattern.Host.Text.Split('.');
        if (host.Length != labels.Length)
        {
            var difference = labels.Length - host.Length;
            return (
                Distance(host, labels),
                $"\"*\" matches one label only, and the host has {labels.Length} labels, {Math.Abs(difference)} {(difference > 0 ? "more" : "fewer")}");
        }

        var differing = Enumerable.Range(0, labels.Length).Where(i => !Matches(host[i], labels[i])).ToArray();
        return differing.Length > 0 ? (differing.Length, $"\"{host[differing[0]]}\" does not match \"{labels[differing[0]]}\"")
            : pattern.Port.Length > 0 ? (1, "the image has another port")
            : (1, $"the image's path does not start with \"{pattern.Path}\", in which \"*\" is not a wildcard");
    }

    // Edit distance over labels.
    private static int Distance(string[] pattern, string[] labels)
    {
        var row = Enumerable.Range(0, labels.Length + 1).ToArray();
        for (var i = 1; i <= pattern.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= labels.Length; j++)
            {
                var substitution = diagonal + (Matches(pattern[i - 1], labels[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static bool Matches(string pattern, string label) =>
        ImagePattern.TryParse(pattern, out var glob) && glob.IsMatch(label);
}
