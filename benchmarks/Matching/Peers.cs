using System.IO.Enumeration;
using System.Text.RegularExpressions;
using DotNet.Globbing;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>A glob as a user of other means would prepare it, once, for patterns and images that are plainly written.</summary>
internal static class Peers
{
    public static Func<string, bool> ByRegex(string glob, RegexOptions options)
    {
        (string host, string path) = SplitPath(glob);
        string end = path.Length == 0 ? "(?:/|$)" : Regex.Escape(path);
        string start = Regex.Escape(host).Replace("\\*", "[^./:]*", StringComparison.Ordinal);
        Regex regex = new($"^{start}{end}", options | RegexOptions.CultureInvariant);
        return regex.IsMatch;
    }

    public static Func<string, bool> ByFileSystemName(string glob)
    {
        (string globHost, string globPath) = SplitPath(glob);
        string[] globLabels = globHost.Split('.');
        return image =>
        {
            int slash = image.IndexOf('/', StringComparison.Ordinal);
            var path = slash < 0 ? default : image.AsSpan(slash);
            if (!path.StartsWith(globPath))
            {
                return false;
            }

            var host = slash < 0 ? image : image.AsSpan(0, slash);
            int label = 0;
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

    /// <remarks>Its star crosses dots, but not slashes.</remarks>
    public static Func<string, bool> ByDotNetGlob(string glob)
    {
        Glob parsed = Glob.Parse(glob.Contains('/', StringComparison.Ordinal) ? glob + "*/**" : glob + "/**");
        return parsed.IsMatch;
    }

    private static (string Host, string Path) SplitPath(string glob)
    {
        int slash = glob.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (glob, "") : (glob[..slash], glob[slash..]);
    }
}
