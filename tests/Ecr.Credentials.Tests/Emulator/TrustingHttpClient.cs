using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Ecr.Emulator;

namespace Ecr.Credentials.Tests.Emulator;

/// <summary>Creates clients that trust only the emulator's certificate authority.</summary>
internal static class TrustingHttpClient
{
    public static HttpClient Create(AwsEmulator emulator, Uri address, WebProxy? proxy = null)
    {
        var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        chain.CustomTrustStore.Add(X509Certificate2.CreateFromPem(emulator.CertificateAuthorityPem));
        return new HttpClient(new SocketsHttpHandler
        {
            Proxy = proxy,
            UseProxy = proxy is not null,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain },
        })
        {
            BaseAddress = address,
        };
    }
}
