using System.Text;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Shim.Kubelet;

/// <summary>Runs <c>kubelet get</c> and <c>kubelet validate</c>.</summary>
internal static class KubeletCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var output = new StreamWriter(StandardStream.OpenOutput(), new UTF8Encoding(false));
        using var error = new StreamWriter(StandardStream.OpenError(), new UTF8Encoding(false));

        using var signals = new CancelSignals();
        try
        {
            var line = KubeletCommandLine.Parse(arguments.ToArray());
            var (exitCode, text) = line.Action switch
            {
                KubeletAction.Get => await KubeletGet.RunAsync(line, error, signals.Token),
                KubeletAction.Validate => KubeletValidate.Run(line),
                _ => (ExitCode.Success, KubeletCommandLine.Help),
            };
            return TryWrite(output, text) ? exitCode : ExitCode.Failure;
        }
        catch (CredentialProviderConfigException e)
        {
            _ = TryWrite(error, $"ecr-credential-provider: {MessageText.OneLine(e.Message)}; see kubelet validate");
            return ExitCode.UsageError;
        }
        catch (FormatException e)
        {
            _ = TryWrite(error, $"ecr-credential-provider: {MessageText.OneLine(e.Message)}");
            return ExitCode.UsageError;
        }
        catch (OperationCanceledException)
        {
            _ = TryWrite(error, "ecr-credential-provider: canceled");
            return ExitCode.Failure;
        }
    }

    /// <summary>Writes a text, unless it is empty or the stream is gone.</summary>
    public static bool TryWrite(StreamWriter writer, string text)
    {
        try
        {
            if (text.Length > 0)
            {
                writer.WriteLine(text);
                writer.Flush();
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
