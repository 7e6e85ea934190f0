using System.Text;

namespace Ecr.Credentials.Benchmarks.Matching;

/// <summary>
/// The kubelet's documented algorithm, step by step and without precompilation: parse both sides as URLs on every call, split, compare.
/// The baseline of the benchmarks and the reference for the library's tests.
/// </summary>
/// <remarks>
/// Go's strings are bytes. Here each character of a string represents one byte of UTF-8, as if the text were Latin-1.
/// The rules: https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/keyring.go (URLsMatchStr), built with Go 1.26.
/// </remarks>
public static class KubeletAlgorithm
{
    /// <summary>Whether the kubelet's configuration validation accepts the glob.</summary>
    public static bool IsValid(string glob) => GoUrl.TryParse("https://" + ToByteString(glob), out _);

    public static bool IsMatch(string glob, string image)
    {
        if (!GoUrl.TryParse("https://" + ToByteString(glob), out var globUrl)
            || !GoUrl.TryParse("https://" + ToByteString(image), out var imageUrl))
        {
            return false;
        }

        (var globLabels, var globPort) = Split(globUrl.Host);
        (var imageLabels, var imagePort) = Split(imageUrl.Host);
        if (globPort != imagePort || globLabels.Length != imageLabels.Length)
        {
            return false;
        }

        if (!imageUrl.Path.StartsWith(globUrl.Path, StringComparison.Ordinal))
        {
            return false;
        }

        for (var i = 0; i < globLabels.Length; i++)
        {
            if (!GoPath.IsMatch(globLabels[i], imageLabels[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static (string[] Labels, string Port) Split(string hostAndPort)
    {
        if (!GoNet.TrySplitHostPort(hostAndPort, out var host, out var port))
        {
            (host, port) = (hostAndPort, "");
        }

        return (host.Split('.'), port);
    }

    private static string ToByteString(string text) =>
        Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
}
