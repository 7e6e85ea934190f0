using System.Buffers;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Kubelet.Plugins.Processes;
using Ecr.Credentials.Kubelet.Plugins.Responses;
using Ecr.Credentials.Protocol;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Executes the plugin of one provider exactly as the kubelet does.</summary>
/// <remarks>
/// Rules: <c>ExecPlugin</c> of https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/plugin/plugin.go. Errors have the kubelet's
/// texts. In one thing it does better: at a time-out the children of the plugin are killed too, for which the kubelet waits. Thread-safe.
/// </remarks>
internal sealed class PluginRunner
{
    private const string Context = "failed to get credential from external registry credential provider: ";
    private const string ApiGroup = "credentialprovider.kubelet.k8s.io/";

    private readonly CredentialProvider _provider;
    private readonly CredentialProviderApiVersion _version;
    private readonly string _binDirectory;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _timeProvider;

    /// <exception cref="ArgumentException">The provider's version of the protocol does not exist.</exception>
    public PluginRunner(
        CredentialProvider provider, string binDirectory, IReadOnlyDictionary<string, string> environment, TimeSpan timeout, TimeProvider timeProvider)
    {
        _provider = provider;
        _version = provider.ApiVersion switch
        {
            ApiGroup + "v1" => CredentialProviderApiVersion.V1,
            ApiGroup + "v1beta1" => CredentialProviderApiVersion.V1Beta1,
            ApiGroup + "v1alpha1" => CredentialProviderApiVersion.V1Alpha1,
            _ => throw new ArgumentException(
                $"provider {GoText.Quote(provider.Name)} has the invalid apiVersion {GoText.Quote(provider.ApiVersion)}; expected "
                    + $"{ApiGroup}v1, v1beta1 or v1alpha1",
                nameof(provider)),
        };
        _binDirectory = binDirectory;
        _environment = environment;
        _timeout = timeout;
        _timeProvider = timeProvider;
    }

    /// <summary>Executes the plugin.</summary>
    /// <param name="image">The image as the kubelet has it, without tag and digest.</param>
    /// <param name="token">The token of the service account; empty if there is none.</param>
    /// <param name="annotations">The annotations of the service account that are passed on.</param>
    /// <param name="cancellationToken">Kills the plugin with its children, before <see cref="CancellationTokenSource.Cancel()"/> returns.</param>
    /// <exception cref="OperationCanceledException">The execution was canceled.</exception>
    public async Task<PluginRun> RunAsync(
        string image, string token, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        var start = _timeProvider.GetTimestamp();
        var reason = $"{Context}error execing credential provider plugin {_provider.Name} for image {image}: ";
        if (!PluginCommand.TryCreate(_provider, _binDirectory, _environment, out var command, out var fault))
        {
            return PluginRun.Failed(PluginFailure.OfExecution(reason + fault, default, []), _timeProvider.GetElapsedTime(start));
        }

        using var timeout = new CancellationTokenSource(_timeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var exit = await PluginProcess.RunAsync(command, WriteRequest(image, token, annotations), either.Token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        // What comes when the time is over does not count, even if it is good.
        fault = timeout.IsCancellationRequested ? "context deadline exceeded" : exit.Fault;
        var elapsed = _timeProvider.GetElapsedTime(start);
        if (fault is not null)
        {
            var secrets = Secrets(token).Concat(ResponseDecoder.FindPasswords(exit.Output.Span));
            return PluginRun.Failed(PluginFailure.OfExecution(reason + fault, exit.Error, secrets), elapsed);
        }

        var response = ResponseDecoder.Decode(exit.Output.Span, _provider.ApiVersion, out var error, out var detail);
        return response is null
            ? PluginRun.Failed(
                PluginFailure.Of(Context, error!, detail, Secrets(token).Concat(ResponseDecoder.FindPasswords(exit.Output.Span))), elapsed)
            : PluginRun.Answered(_provider.Name, response, elapsed);
    }

    private ReadOnlyMemory<byte> WriteRequest(string image, string token, IReadOnlyDictionary<string, string> annotations)
    {
        var request = new ArrayBufferWriter<byte>();
        new CredentialProviderRequest
        {
            ApiVersion = _version,
            Image = image,
            ServiceAccountToken = token,
            ServiceAccountAnnotations = annotations,
        }.WriteTo(request);
        return request.WrittenMemory;
    }

    private IEnumerable<string> Secrets(string token) => _provider.Environment.Select(variable => variable.Value).Append(token);
}
