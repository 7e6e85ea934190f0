namespace Ecr.Emulator;

/// <summary>A client's request to <see cref="AwsEmulator.ProxyAddress"/>.</summary>
/// <param name="Method"><c>CONNECT</c> for a tunnel; any other method is a plain-text request, which the proxy answers with 502.</param>
/// <param name="Target"><c>HOST:PORT</c> of a tunnel, otherwise the full URL that was requested.</param>
public sealed record ProxiedRequest(string Method, string Target)
{
    /// <summary>The name or address of the host, without brackets and port.</summary>
    public string Host => new Uri(Method == "CONNECT" ? $"https://{Target}/" : Target).IdnHost;
}
