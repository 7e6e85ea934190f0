using Ecr.Credentials.Matching;

namespace Ecr.Credentials.Kubelet.Configuration.Linting;

/// <summary>Whether a pattern can match an image of Amazon ECR.</summary>
internal static class EcrCoverage
{
    public static bool Covers(ImagePattern pattern)
    {
        if (pattern.Port.Length > 0)
        {
            return false;
        }

        var labels = pattern.Host.Text.Split('.');
        return ImagePattern.ForEcr.Any(form => Overlaps(labels, form.Host.Text.Split('.')));
    }

    private static bool Overlaps(string[] left, string[] right) => left.Length == right.Length && !left.Where((label, i) => !Meet(label, right[i])).Any();

    /// <summary>Whether some text matches both globs.</summary>
    private static bool Meet(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left is ['*', ..])
        {
            return Meet(left[1..], right) || (!right.IsEmpty && Meet(left, right[1..]));
        }

        if (right is ['*', ..])
        {
            return Meet(left, right[1..]) || (!left.IsEmpty && Meet(left[1..], right));
        }

        return left.IsEmpty || right.IsEmpty ? left.IsEmpty && right.IsEmpty : left[0] == right[0] && Meet(left[1..], right[1..]);
    }
}
