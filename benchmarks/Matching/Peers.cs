using System.IO.Enumeration;
using System.Text.RegularExpressions;
using DotNet.Globbing;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>The alternatives to the library: a glob prepared once, for patterns and images in plain form.</summary>
internal static class Peers
{
    public static Func<string, bool> ByRegex(string glob, RegexOptions options)
    {
        (var host, var path) = SplitPath(glob);
        var end = path.Length == 0 ? "(?:/|$)" : Regex.Escape(path);
        var start = Regex.Escape(host).Replace("\\*", "[^./:]*", StringComparison.Ordinal);
        Regex regex = new($"^{start}{end}", options | RegexOptions.CultureInvariant);
        return regex.IsMatch;
    }

    public static Func<string, bool> ByFileSystemName(string glob)
    {
        (var globHost, var globPath) = SplitPath(glob);
        var globLabels = globHost.Split('.');
        return image =>
        {
            var slash = image.IndexOf('/', StringComparison.Ordinal);
            var path = slash < 0 ? default : image.AsSpan(slash);
            if (!path.StartsWith(globPath))
            {
                return false;
            }

            var host = slash < 0 ? image : image.AsSpan(0, slash);
            var label = 0;
            foreach (var range in host.Split('.'))
            {
                if (label == globLabels.Length
                    || !FileSystemName.MatchesSimpleExpression(globLabels[label], host[range], ignoreCase: false))
                {
                    return false;
                }

                label++;
            }

            return label == globLabels.Length;
        };
    }

    /// <remarks>Its star matches dots, but not slashes.</remarks>
    public static Func<string, bool> ByDotNetGlob(string glob)
    {
        var parsed = Glob.Parse(glob.Contains('/', StringComparison.Ordinal) ? glob + "*/**" : glob + "/**");
        return parsed.IsMatch;
    }

    private static (string Host, string Path) SplitPath(string glob)
    {
        var slash = glob.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (glob, "") : (glob[..slash], glob[slash..]);
    }
}
