using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>A server's certificate is not trusted. The message says why. A retry does not change it.</summary>
[SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Only created here.")]
internal sealed class ServerCertificateException : AuthenticationException
{
    private const int MaxNames = 3;

    private ServerCertificateException(string message)
        : base(message)
    {
    }

    /// <summary>Why a certificate is rejected.</summary>
    /// <param name="connection">The <see cref="SslStream"/>, which knows the name of the server.</param>
    /// <param name="certificate">The server's certificate; <see langword="null"/> if it sent none.</param>
    /// <param name="chain">The chain as far as it could be built.</param>
    /// <param name="errors">What is wrong.</param>
    /// <param name="timeProvider">The system clock.</param>
    public static ServerCertificateException Create(
        object connection, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, TimeProvider timeProvider)
    {
        var causes = new List<string>();
        if (certificate is not X509Certificate2 server)
        {
            causes.Add("the server sent none");
        }
        else
        {
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            {
                causes.Add($"it is for {DescribeNames(server)}, not for {MessageText.Quote((connection as SslStream)?.TargetHostName)}");
            }

            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && chain is not null)
            {
                AddChainErrors(causes, server, chain, timeProvider.GetUtcNow());
            }
        }

        return new ServerCertificateException($"the certificate is not trusted{(causes.Count > 0 ? ": " : "")}{string.Join("; ", causes)}");
    }

    /// <summary>The exception among the causes of another; <see langword="null"/> if there is none.</summary>
    public static ServerCertificateException? Find(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is ServerCertificateException found)
            {
                return found;
            }
        }

        return null;
    }

    private static void AddChainErrors(List<string> causes, X509Certificate2 server, X509Chain chain, DateTimeOffset now)
    {
        var others = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus)
        {
            others |= status.Status;
        }

        foreach (var element in chain.ChainElements)
        {
            var certificate = element.Certificate;
            var (from, to) = (ToUtc(certificate.NotBefore), ToUtc(certificate.NotAfter));
            if (now < from || now > to)
            {
                var which = certificate.Equals(server) ? "it" : $"its issuer {MessageText.Quote(NameOf(certificate))}";
                var what = now < from ? $"is not valid before {from:u}" : $"expired on {to:u}";
                causes.Add($"{which} {what}, and the system clock says {now:u}");
            }
        }

        const X509ChainStatusFlags Unknown = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        if ((others & Unknown) != 0)
        {
            var last = chain.ChainElements.Count > 0 ? chain.ChainElements[^1].Certificate : server;
            causes.Add(
                last.Equals(server) && last.SubjectName.RawData.AsSpan().SequenceEqual(last.IssuerName.RawData)
                    ? "it is self-signed"
                    : $"its issuer {MessageText.Quote(last.IssuerName.Name)} is unknown");
        }

        others &= ~(Unknown | X509ChainStatusFlags.NotTimeValid);
        if (others != 0)
        {
            causes.Add($"its chain is invalid ({others})");
        }
    }

    private static DateTimeOffset ToUtc(DateTime local) => new(local.ToUniversalTime());

    private static string NameOf(X509Certificate2 certificate) => certificate.SubjectName.Name;

    private static string DescribeNames(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension alternatives)
            {
                names.AddRange(alternatives.EnumerateDnsNames());
                foreach (var address in alternatives.EnumerateIPAddresses())
                {
                    names.Add(address.ToString());
                }
            }
        }

        var shown = names.ConvertAll(static name => MessageText.Quote(name));
        return shown.Count switch
        {
            0 => $"{MessageText.Quote(NameOf(certificate))} without a DNS name",
            <= MaxNames => string.Join(", ", shown),
            _ => $"{string.Join(", ", shown.GetRange(0, MaxNames))} and {shown.Count - MaxNames} other names",
        };
    }
}
