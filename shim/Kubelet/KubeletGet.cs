using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary><c>kubelet get</c>: the credentials that the kubelet would try for an image.</summary>
internal static class KubeletGet
{
    // More than any token has.
    private const int MaxTokenLength = 1 << 20;

    /// <exception cref="FormatException">The image or the configuration is invalid, or the token cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The user canceled.</exception>
    public static async Task<(int ExitCode, string Output)> RunAsync(KubeletCommandLine line, StreamWriter error, CancellationToken cancellationToken)
    {
        var (path, binDirectory) = KubeletPaths.Require(line);
        var serviceAccounts = line.TokenFile is { } file ? new TokenFileServiceAccounts(ReadToken(file), line.Annotations) : null;
        var config = CredentialProviderConfig.Load(path);
        if (config.Validate(line.Version) is { Count: > 0 } problems)
        {
            throw new CredentialProviderConfigException(problems);
        }

        using var credentials = new KubeletCredentials(
            config.Providers, binDirectory, new KubeletCredentialsOptions { ServiceAccounts = serviceAccounts });
        var identity = line.ServiceAccount is var (space, name) ? new ServiceAccountIdentity(space, name, podName: "", podUid: "") : null;
        var explanation = await credentials.ExplainAsync(line.Image, identity, cancellationToken);
        if (explanation.Error is { } imageError)
        {
            throw new FormatException(MessageText.OneLine(imageError));
        }

        var output = line.IsJson ? KubeletGetJson.Create(explanation, line.IsExplained, line.ShowsPasswords)
            : KubeletGetText.Create(explanation, line.IsExplained, line.ShowsPasswords);
        if (explanation.Credentials.Count > 0)
        {
            return (ExitCode.Success, output);
        }

        _ = KubeletCommand.TryWrite(error, $"ecr-credential-provider: no credentials for {MessageText.Quote(line.Image)}: {Reason(explanation)}");
        return (ExitCode.Failure, output);
    }

    private static string Reason(CredentialExplanation explanation)
    {
        var reasons = explanation.Providers.Where(provider => provider.MatchedPattern is not null).Select(KubeletGetText.Outcome).ToArray();
        return reasons.Length == 0 ? "no provider's matchImages match it; see --explain" : string.Join("; ", reasons);
    }

    private static string ReadToken(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
            var buffer = new byte[MaxTokenLength];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var token = System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
            return length == buffer.Length ? throw InvalidToken(path, "larger than 1 MiB")
                : token.Length == 0 ? throw InvalidToken(path, "empty")
                : token;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw InvalidToken(path, "not found");
        }
        catch (UnauthorizedAccessException)
        {
            throw InvalidToken(path, Directory.Exists(path) ? "is a directory" : "permission denied");
        }
        catch (IOException e)
        {
            throw InvalidToken(path, MessageText.OneLine(e.Message));
        }
    }

    private static FormatException InvalidToken(string path, string reason) => new($"cannot read --token-file {MessageText.Quote(path)}: {reason}");
}
