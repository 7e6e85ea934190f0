using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Text;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Kubelet.Plugins;

/// <summary>Finds the credentials that the kubelet would try for an image, with the plugins, cache and keyring that it would use.</summary>
/// <remarks>
/// Runs the plugins themselves, one after the other in the order of the configuration, and keeps their answers in memory as long as the kubelet does.
/// Thread-safe; concurrent callers share one execution of a plugin where the kubelet's would. Rules:
/// <see href="https://kubernetes.io/docs/tasks/administer-cluster/kubelet-credential-provider/"/>.
/// </remarks>
public sealed class KubeletCredentials : IDisposable
{
    // More images than a node runs. What is forgotten is found again.
    private const int MaxPlans = 4_096;

    private readonly PluginProvider[] _providers;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, ImagePlan> _plans = new(StringComparer.Ordinal);
    private volatile bool _isDisposed;

    /// <summary>Credentials from the plugins of a configuration.</summary>
    /// <param name="providers">The providers of the configuration, in their order.</param>
    /// <param name="binDirectory">The directory with the plugins: the kubelet's <c>--image-credential-provider-bin-dir</c>.</param>
    /// <param name="options">How this behaves; the defaults if left out.</param>
    /// <exception cref="ArgumentException">A provider has an <c>apiVersion</c> that does not exist, or an option is out of range; the message names
    /// it.</exception>
    public KubeletCredentials(IReadOnlyList<CredentialProvider> providers, string binDirectory, KubeletCredentialsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(providers);
        ArgumentNullException.ThrowIfNull(binDirectory);
        options ??= new KubeletCredentialsOptions();
        options.Validate();

        var environment = options.Environment ?? ReadEnvironment();
        _logger = options.Logger;
        _providers =
        [
            .. providers.Select(provider => new PluginProvider(
                provider,
                new PluginRunner(provider, binDirectory, environment, options.PluginTimeout, options.TimeProvider),
                options.ServiceAccounts,
                options.TimeProvider)),
        ];
    }

    /// <summary>The providers at work. For tests.</summary>
    internal IReadOnlyList<PluginProvider> Providers => _providers;

    /// <summary>Gets the credentials for an image: from the cache, or by executing plugins.</summary>
    /// <param name="image">The image as a pod names it, such as <c>nginx:1.29</c>.</param>
    /// <param name="serviceAccount">The pod and its service account; <see langword="null"/> for a pod without one.</param>
    /// <param name="cancellationToken">Ends the wait. A plugin without other waiting callers is killed with its children.</param>
    /// <returns>
    /// The credentials in the order in which the kubelet tries them; empty if there are none. A provider that fails contributes nothing and is logged;
    /// <see cref="ExplainAsync"/> says why.
    /// </returns>
    /// <exception cref="FormatException">The name of the image is not valid. The message is the kubelet's.</exception>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed, or was during the wait.</exception>
    public ValueTask<IReadOnlyList<ImageCredential>> GetAsync(
        string image, ServiceAccountIdentity? serviceAccount = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var plan = GetPlan(image);
        if (plan.Reference is null)
        {
            throw new FormatException(plan.Error);
        }

        return TryAnswer(plan, serviceAccount, out var credentials)
            ? new ValueTask<IReadOnlyList<ImageCredential>>(credentials)
            : ProvideAsync(plan, serviceAccount, cancellationToken);
    }

    /// <summary>Does what <see cref="GetAsync"/> does, and reports each step.</summary>
    /// <param name="image">As for <see cref="GetAsync"/>; a name that is not valid is a part of the answer.</param>
    /// <param name="serviceAccount">As for <see cref="GetAsync"/>.</param>
    /// <param name="cancellationToken">As for <see cref="GetAsync"/>.</param>
    /// <returns>Which providers were considered, what they answered, and which credentials that makes.</returns>
    /// <exception cref="OperationCanceledException">The caller canceled.</exception>
    /// <exception cref="ObjectDisposedException">This is disposed, or was during the wait.</exception>
    public async Task<CredentialExplanation> ExplainAsync(
        string image, ServiceAccountIdentity? serviceAccount = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var plan = GetPlan(image);
        if (plan.Reference is null)
        {
            return new CredentialExplanation(image, plan, [], []);
        }

        var answers = new ProviderAnswer?[_providers.Length];
        for (var i = 0; i < _providers.Length; i++)
        {
            answers[i] = plan.Patterns[i] is null
                ? null
                : await ProvideAsync(_providers[i], plan, serviceAccount, cancellationToken).ConfigureAwait(false);
        }

        var credentials = Keyring.Find(plan.Reference.Repository, answers.Select(answer => answer?.Auth ?? AuthMap.Empty).ToArray());
        var used = new HashSet<ImageCredential>(credentials);
        return new CredentialExplanation(
            image,
            plan,
            [.. _providers.Select((provider, i) => new ProviderExplanation(provider.Name, plan.Patterns[i], answers[i], Explain(answers[i]?.Auth, used)))],
            credentials);
    }

    /// <summary>Kills the plugins that run; who waits for one gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        foreach (var provider in _providers)
        {
            provider.Dispose();
        }
    }

    private static Dictionary<string, string> ReadEnvironment()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return environment;
    }

    private static AuthKeyExplanation[] Explain(AuthMap? auth, HashSet<ImageCredential> used)
    {
        var keys = new List<AuthKeyExplanation>();
        foreach (var entry in (auth ?? AuthMap.Empty).Entries)
        {
            keys.Add(new AuthKeyExplanation(entry.Credential.AuthKey, entry.Key.Text, entry.Credential.Username, used.Contains(entry.Credential)));
        }

        return [.. keys, .. (auth ?? AuthMap.Empty).IgnoredKeys.Select(key => new AuthKeyExplanation(key, null, null, isUsed: false))];
    }

    private static bool TryAnswer(ImagePlan plan, ServiceAccountIdentity? serviceAccount, out ImageCredential[] credentials)
    {
        var maps = ArrayPool<AuthMap>.Shared.Rent(Math.Max(plan.Providers.Length, 1));
        try
        {
            for (var i = 0; i < plan.Providers.Length; i++)
            {
                if (!plan.Providers[i].TryAnswer(plan.Reference!.Repository, plan.Registry, serviceAccount, out var auth))
                {
                    credentials = [];
                    return false;
                }

                maps[i] = auth;
            }

            credentials = Keyring.Find(plan.Reference!.Repository, maps.AsSpan(0, plan.Providers.Length));
            return true;
        }
        finally
        {
            // Passwords must not live on in a pool.
            ArrayPool<AuthMap>.Shared.Return(maps, clearArray: true);
        }
    }

    private async ValueTask<IReadOnlyList<ImageCredential>> ProvideAsync(
        ImagePlan plan, ServiceAccountIdentity? serviceAccount, CancellationToken cancellationToken)
    {
        var maps = new AuthMap[plan.Providers.Length];
        for (var i = 0; i < maps.Length; i++)
        {
            maps[i] = (await ProvideAsync(plan.Providers[i], plan, serviceAccount, cancellationToken).ConfigureAwait(false)).Auth;
        }

        return Keyring.Find(plan.Reference!.Repository, maps);
    }

    private async Task<ProviderAnswer> ProvideAsync(
        PluginProvider provider, ImagePlan plan, ServiceAccountIdentity? serviceAccount, CancellationToken cancellationToken)
    {
        var image = plan.Reference!.Repository;
        var answer = await provider.ProvideAsync(image, plan.Registry, serviceAccount, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } failure)
        {
            Log.ProviderFailed(_logger, provider.Name, image, failure);
        }

        return answer;
    }

    private ImagePlan GetPlan(string image)
    {
        if (_plans.TryGetValue(image, out var plan))
        {
            return plan;
        }

        if (_plans.Count >= MaxPlans)
        {
            _plans.Clear();
        }

        return _plans.GetOrAdd(image, static (key, providers) => new ImagePlan(key, providers), _providers);
    }

    private static class Log
    {
        private static readonly Action<ILogger, string, string, string, Exception?> ProviderFailedMessage = LoggerMessage.Define<string, string, string>(
            LogLevel.Error, LogEvents.ProviderFailed, "Failed to provide credentials for image {Image} by provider {Provider}: {Error}");

        public static void ProviderFailed(ILogger logger, string provider, string image, PluginFailure failure) =>
            ProviderFailedMessage(logger, MessageText.Quote(image), MessageText.Quote(provider), failure.Message, null);
    }
}
