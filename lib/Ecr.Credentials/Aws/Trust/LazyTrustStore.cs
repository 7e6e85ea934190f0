using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>
/// Trusts the servers that .NET trusts, but decodes only those certificates of the system, or of a bundle, that may have issued a server's certificates.
/// </summary>
/// <remarks>
/// <para>
/// .NET on Linux decodes every certificate of the system's bundle and directory before the first handshake, which takes longer than everything else in
/// a short-lived process. Here the bundle is searched for the few that may have issued the server's certificates, and .NET decides with those as
/// trusted roots. If it rejects the server for any reason, it decides again with all the certificates that it would have read itself.
/// </para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed class LazyTrustStore
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly byte[]? _pem;
    private readonly string? _bundle;
    private readonly string? _file;
    private readonly IReadOnlyList<string> _directories = [];

    /// <summary>Trusts the authorities of the system.</summary>
    /// <param name="bundle">The file that is searched first, one of those that .NET reads; none if <see langword="null"/>.</param>
    /// <param name="file">The file that .NET reads.</param>
    /// <param name="directories">The directories whose files .NET reads.</param>
    public LazyTrustStore(string? bundle, string? file, IReadOnlyList<string> directories)
    {
        _bundle = bundle;
        _file = file;
        _directories = directories;
    }

    /// <summary>Trusts the authorities in a bundle and no others.</summary>
    /// <param name="pem">The content of the bundle.</param>
    public LazyTrustStore(byte[] pem) => _pem = pem;

    /// <summary>Options of a connection whose server is validated here.</summary>
    /// <param name="timeProvider">The clock that messages compare the validity of certificates with.</param>
    public SslClientAuthenticationOptions CreateOptions(TimeProvider timeProvider) => new()
    {
        // .NET validates first, without trusted roots, and so reports what else is wrong with the certificate: its name.
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        },
        RemoteCertificateValidationCallback = (connection, certificate, chain, errors) => IsTrusted(connection, certificate, chain, errors, timeProvider),
    };

    /// <exception cref="ServerCertificateException">The server is not trusted.</exception>
    private bool IsTrusted(object connection, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, TimeProvider timeProvider)
    {
        if (certificate is not X509Certificate2 server || chain is null || !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return errors == SslPolicyErrors.None && certificate is not null
                ? true
                : throw ServerCertificateException.Create(connection, certificate, chain, errors, timeProvider);
        }

        // The other certificates that the server sent.
        var presented = chain.ChainPolicy.ExtraStore;
        using var quick = CreateChain(presented, FindIssuers(server, presented));
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && quick.Build(server))
        {
            return true;
        }

        using var full = CreateChain(presented, ReadAll());
        if (full.Build(server))
        {
            errors &= ~SslPolicyErrors.RemoteCertificateChainErrors;
        }

        return errors == SslPolicyErrors.None ? true : throw ServerCertificateException.Create(connection, server, full, errors, timeProvider);
    }

    private static X509Chain CreateChain(X509Certificate2Collection presented, Authorities authorities)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        // A server that is not trusted yet must not choose what this process fetches from where.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.Roots);
        chain.ChainPolicy.ExtraStore.AddRange(presented);
        chain.ChainPolicy.ExtraStore.AddRange(authorities.Intermediates);
        return chain;
    }

    private Authorities FindIssuers(X509Certificate2 server, X509Certificate2Collection presented)
    {
        byte[][] issuers = [server.IssuerName.RawData, .. presented.Select(certificate => certificate.IssuerName.RawData)];
        var authorities = new Authorities();
        if (_pem is not null)
        {
            authorities.Add(_pem, issuers);
        }
        else if (_bundle is not null)
        {
            authorities.Read(_bundle, issuers);
        }

        return authorities;
    }

    private Authorities ReadAll()
    {
        var authorities = new Authorities();
        if (_pem is not null)
        {
            authorities.Add(_pem, issuers: null);
        }

        foreach (var path in EnumerateFiles())
        {
            authorities.Read(path, issuers: null);
        }

        return authorities;
    }

    private IEnumerable<string> EnumerateFiles() =>
    [
        .. _file is null ? [] : (string[])[_file],
        .. _directories.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles),
    ];

    /// <summary>Certificates, sorted as .NET sorts those of the system: self-issued ones are roots.</summary>
    private sealed class Authorities
    {
        public X509Certificate2Collection Roots { get; } = [];

        public X509Certificate2Collection Intermediates { get; } = [];

        /// <summary>Adds the certificates of a bundle, which has been read once already.</summary>
        /// <param name="pem">The bundle. A certificate with a name but without a usable key is ignored.</param>
        /// <param name="issuers">The subject names to add; <see langword="null"/> for all.</param>
        public void Add(byte[] pem, byte[][]? issuers)
        {
            var certificates = new PemCertificateReader(pem, skipMalformed: true);
            while (certificates.MoveNext())
            {
                try
                {
                    AddCurrent(certificates, issuers);
                }
                catch (CryptographicException)
                {
                    // The server is then not trusted.
                }
            }
        }

        /// <summary>Adds the certificates of a file.</summary>
        /// <param name="path">The file. An unreadable file, and everything after an unreadable certificate, is ignored, as by .NET.</param>
        /// <param name="issuers">The subject names to add; <see langword="null"/> for all.</param>
        public void Read(string path, byte[][]? issuers)
        {
            try
            {
                var certificates = new PemCertificateReader(LimitedFile.ReadAllBytes(path, CaBundle.MaxLength));
                while (certificates.MoveNext())
                {
                    AddCurrent(certificates, issuers);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
            {
                // Ignored, as by .NET: the server is then not trusted.
            }
        }

        private void AddCurrent(in PemCertificateReader certificates, byte[][]? issuers)
        {
            if (issuers is null || Contains(issuers, certificates.Subject))
            {
                var store = certificates.Subject.SequenceEqual(certificates.Issuer) ? Roots : Intermediates;
                store.Add(X509CertificateLoader.LoadCertificate(certificates.Current));
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
