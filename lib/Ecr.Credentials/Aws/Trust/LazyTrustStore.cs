using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>
/// Trusts the servers that .NET trusts, without reading all authorities of the system first: it reads those whose name a server's certificates bear.
/// </summary>
/// <remarks>
/// <para>
/// .NET on Linux decodes each certificate of the system's bundle and of its directory before the first handshake, which takes longer than everything
/// else that a short-lived process does. Here the bundle is searched for the few that may have issued the server's certificates, and .NET decides with
/// those as the trusted roots. If it says no, for whatever reason, it decides again with every certificate that it would have read itself.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
/// <param name="bundle">The file to be searched first; one of those that .NET reads. None if <see langword="null"/>.</param>
/// <param name="file">The file that .NET reads.</param>
/// <param name="directory">The directory of which .NET reads every file.</param>
internal sealed class LazyTrustStore(string? bundle, string? file, string? directory)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>What a connection needs for its server to be decided on here.</summary>
    public SslClientAuthenticationOptions CreateOptions() => new()
    {
        // .NET decides first, with no root to trust, and tells what else is wrong with the certificate: its name.
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors),
    };

    private bool IsTrusted(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server || chain is null || errors != SslPolicyErrors.RemoteCertificateChainErrors)
        {
            return errors == SslPolicyErrors.None && certificate is not null;
        }

        // What the server has sent along.
        var presented = chain.ChainPolicy.ExtraStore;
        return IsTrusted(server, presented, FindIssuers(server, presented), isQuick: true)
            || IsTrusted(server, presented, ReadAll(), isQuick: false);
    }

    private static bool IsTrusted(X509Certificate2 server, X509Certificate2Collection presented, Authorities authorities, bool isQuick)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = isQuick;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.Roots);
        chain.ChainPolicy.ExtraStore.AddRange(presented);
        chain.ChainPolicy.ExtraStore.AddRange(authorities.Intermediates);
        return chain.Build(server);
    }

    private Authorities FindIssuers(X509Certificate2 server, X509Certificate2Collection presented)
    {
        byte[][] issuers = [server.IssuerName.RawData, .. presented.Select(certificate => certificate.IssuerName.RawData)];
        var authorities = new Authorities();
        if (bundle is not null)
        {
            authorities.Read(bundle, issuers);
        }

        return authorities;
    }

    private Authorities ReadAll()
    {
        var authorities = new Authorities();
        foreach (var path in EnumerateFiles())
        {
            authorities.Read(path, issuers: null);
        }

        return authorities;
    }

    private IEnumerable<string> EnumerateFiles() =>
    [
        .. file is null ? [] : (string[])[file],
        .. directory is not null && Directory.Exists(directory) ? Directory.EnumerateFiles(directory) : [],
    ];

    /// <summary>Certificates, sorted as .NET sorts the system's: those that were issued by their owner are roots.</summary>
    private sealed class Authorities
    {
        public X509Certificate2Collection Roots { get; } = [];

        public X509Certificate2Collection Intermediates { get; } = [];

        /// <summary>Adds certificates of a file.</summary>
        /// <param name="path">The file. One that cannot be read is passed over, and so is what follows a certificate that cannot, as by .NET.</param>
        /// <param name="issuers">The names to be added; <see langword="null"/> adds all.</param>
        public void Read(string path, byte[][]? issuers)
        {
            try
            {
                var certificates = new PemCertificateReader(File.ReadAllBytes(path));
                while (certificates.MoveNext())
                {
                    if (issuers is null || Contains(issuers, certificates.Subject))
                    {
                        var store = certificates.Subject.SequenceEqual(certificates.Issuer) ? Roots : Intermediates;
                        store.Add(X509CertificateLoader.LoadCertificate(certificates.Current));
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
            }
        }

        private static bool Contains(byte[][] names, ReadOnlySpan<byte> name)
        {
            foreach (var candidate in names)
            {
                if (name.SequenceEqual(candidate))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
