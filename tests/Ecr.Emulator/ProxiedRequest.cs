namespace Ecr.Emulator;

/// <summary>A request to <see cref="AwsEmulator.ProxyAddress"/>.</summary>
/// <param name="Method"><c>CONNECT</c> for a tunnel; any other method is a plain http request, which the proxy answers with 502.</param>
/// <param name="Target"><c>HOST:PORT</c> of a tunnel, otherwise the requested URL.</param>
public sealed record ProxiedRequest(string Method, string Target)
{
    /// <summary>The host name or address without brackets and port.</summary>
    public string Host => new Uri(Method == "CONNECT" ? $"https://{Target}/" : Target).IdnHost;
}
