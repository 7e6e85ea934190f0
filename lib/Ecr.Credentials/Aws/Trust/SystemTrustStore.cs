using System.Security.Cryptography.X509Certificates;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>Where this system stores the certificates of the authorities that it trusts.</summary>
/// <remarks>
/// On Linux .NET relies on OpenSSL, which knows the paths of the distribution that built it. An executable with Debian's OpenSSL linked in would look
/// in Debian's paths on every distribution.
/// </remarks>
internal static class SystemTrustStore
{
    private const string FileVariable = "SSL_CERT_FILE";
    private const string DirectoryVariable = "SSL_CERT_DIR";
    private const string HomeVariable = "HOME";

    // The default paths of Debian's OpenSSL: OPENSSLDIR is /usr/lib/ssl.
    private const string DebianFile = "/usr/lib/ssl/cert.pem";
    private const string DebianDirectory = "/usr/lib/ssl/certs";

    private const string Nowhere = "/dev/null/nowhere";

    private static readonly string[] BundleFiles =
    [
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine, Arch
        "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL, Amazon Linux
        "/etc/ssl/ca-bundle.pem", // openSUSE
        "/etc/pki/tls/cacert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    // No user can create a file there.
    private const string NoHome = "/proc/nowhere";

    private static bool IsNamedByUser =>
        Find(FileVariable) is not null || Find(DirectoryVariable) is not null;

    /// <summary>The file with the certificates of all authorities; <see langword="null"/> if the system has none.</summary>
    /// <param name="root">The root directory of the system.</param>
    public static string? FindBundle(string root = "/") =>
        Array.Find(BundleFiles, file => CanRead(Path.Join(root, file)));

    /// <summary>
    /// For an executable with OpenSSL linked in: prevents .NET from decoding all of the system's certificates, which takes longer than everything else
    /// in a short-lived process.
    /// </summary>
    /// <remarks>Must be called before a second thread reads the environment, which the C library does not protect.</remarks>
    /// <returns>The trust store to use instead.</returns>
    public static LazyTrustStore Install()
    {
        var (namedFile, namedDirectory) = (Find(FileVariable), Find(DirectoryVariable));
        var file = namedFile ?? (IsNamedByUser || HasDebianDefaults("/") ? DebianFile : FindBundle());
        var directories = (namedDirectory ?? DebianDirectory).Split(':');

        // The bundle is in the directory of the single certificates, where .NET finds it too.
        var bundle = Path.Join(directories[0], "ca-certificates.crt");
        var store = new LazyTrustStore(namedFile ?? (File.Exists(bundle) ? bundle : file), file, directories);

        // From here on .NET has its own copy of the environment, also for the processes that it starts; its native code has not.
        _ = Environment.GetEnvironmentVariables();
        _ = LibC.SetEnvironmentVariable(LibC.NullTerminated(FileVariable), LibC.NullTerminated(Nowhere), overwrite: 1);
        _ = LibC.SetEnvironmentVariable(LibC.NullTerminated(DirectoryVariable), LibC.NullTerminated(Nowhere), overwrite: 1);
        return store;
    }

    /// <summary>
    /// For an executable: prevents .NET from using its certificate stores in the home directory, of which it would take roots, intermediate and disallowed
    /// certificates, and in which it would store what it downloads:
    /// <see href="https://learn.microsoft.com/dotnet/standard/security/cross-platform-cryptography#x509store"/>.
    /// </summary>
    /// <remarks>As for <see cref="Install"/>.</remarks>
    public static void HideUserStores()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // .NET decides where they are at the first use, and never again.
        var home = Environment.GetEnvironmentVariable(HomeVariable);
        Environment.SetEnvironmentVariable(HomeVariable, NoHome);
        using (var store = new X509Store(StoreName.CertificateAuthority, StoreLocation.CurrentUser))
        {
            store.Open(OpenFlags.ReadOnly);
        }

        Environment.SetEnvironmentVariable(HomeVariable, home);
    }

    /// <summary>
    /// What is wrong with the system's certificates as a whole and what to do; <see langword="null"/> if nothing is.
    /// </summary>
    public static string? FindProblem()
    {
        if (!OperatingSystem.IsLinux() || CaBundle.IsNamed)
        {
            return null;
        }

        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file && !(Path.IsPathFullyQualified(file) && CanRead(file)))
        {
            return $"cannot read {MessageText.Quote(file)} (SSL_CERT_FILE). Correct or remove the variable.";
        }

        return IsNamedByUser || HasDebianDefaults("/") || FindBundle() is not null
            ? null
            : "no CA certificates found. Install the ca-certificates package, or set AWS_CA_BUNDLE or SSL_CERT_FILE.";
    }

    // An empty variable is not set. A relative path names nothing: the working directory, which may be anyone's, decides no trust.
    private static string? Find(string variable) => Environment.GetEnvironmentVariable(variable) switch
    {
        null or "" => null,
        var path => path.Split(':').All(part => Path.IsPathFullyQualified(part)) ? path : Nowhere,
    };

    /// <summary>Whether Debian's OpenSSL finds certificates in its default paths.</summary>
    /// <param name="root">The root directory of the system.</param>
    internal static bool HasDebianDefaults(string root)
    {
        if (CanRead(Path.Join(root, DebianFile)))
        {
            return true;
        }

        var directory = Path.Join(root, DebianDirectory);
        try
        {
            using var entries = Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).GetEnumerator() : null;
            return entries?.MoveNext() ?? false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In doubt the decision is left to .NET.
            return true;
        }
    }

    private static bool CanRead(string file)
    {
        // Throwing an exception takes longer than everything else here.
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            using var handle = File.OpenHandle(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
