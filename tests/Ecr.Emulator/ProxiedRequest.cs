namespace Ecr.Emulator;

/// <summary>What a client asked of <see cref="AwsEmulator.ProxyAddress"/>.</summary>
/// <param name="Method"><c>CONNECT</c> for a tunnel; any other method stands for a request in clear text, which the proxy answers 502.</param>
/// <param name="Target"><c>HOST:PORT</c> of a tunnel, else the whole address that was asked for.</param>
public sealed record ProxiedRequest(string Method, string Target)
{
    /// <summary>The name or address of the host, without brackets and port.</summary>
    public string Host => new Uri(Method == "CONNECT" ? $"https://{Target}/" : Target).IdnHost;
}
