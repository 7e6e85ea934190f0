using System.Net;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>The proxy that the plugin's environment names, which is not that of this process.</summary>
internal sealed class EnvironmentProxy(IReadOnlyDictionary<string, string> environment) : IWebProxy
{
    private ICredentials? _credentials;

    // .NET takes no user and password from the address.
    public ICredentials? Credentials
    {
        get => _credentials ?? (Parse("HTTPS_PROXY") is { UserInfo: { Length: > 0 } user } && user.Split(':', 2) is [var name, var password]
            ? new NetworkCredential(Uri.UnescapeDataString(name), Uri.UnescapeDataString(password))
            : null);
        set => _credentials = value;
    }

    public Uri? GetProxy(Uri destination) => IsBypassed(destination) ? null : ProxyOf(destination);

    public bool IsBypassed(Uri host) => ProxyOf(host) is null || host.IsLoopback || (Variable("NO_PROXY") ?? "")
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Any(entry => entry == "*" || IsBelow(host.IdnHost, entry.TrimStart('*').TrimStart('.')));

    private static bool IsBelow(string host, string name) =>
        host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{name}", StringComparison.OrdinalIgnoreCase);

    private Uri? ProxyOf(Uri destination) =>
        Parse(destination.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY") ?? Parse("ALL_PROXY");

    private Uri? Parse(string variable)
    {
        var value = Variable(variable);
        return value is null ? null
            : Uri.TryCreate(value.Contains("://", StringComparison.Ordinal) ? value : $"http://{value}", UriKind.Absolute, out var proxy) ? proxy
            : null;
    }

    private string? Variable(string name) =>
        environment.TryGetValue(name, out var upper) && upper.Length > 0 ? upper
#pragma warning disable CA1308 // The names of these variables are in lower case.
        : environment.TryGetValue(name.ToLowerInvariant(), out var lower) && lower.Length > 0 ? lower
#pragma warning restore CA1308
        : null;
}
