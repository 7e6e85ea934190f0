using System.Runtime.InteropServices;
using System.Text;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Aws.Trust;

/// <summary>Where this system keeps the certificates of the authorities that it trusts.</summary>
/// <remarks>
/// On Linux .NET asks OpenSSL, which knows the places of the distribution that built it. An executable that has Debian's OpenSSL linked in
/// would look in Debian's places on every distribution.
/// </remarks>
internal static class SystemTrustStore
{
    private const string FileVariable = "SSL_CERT_FILE";
    private const string DirectoryVariable = "SSL_CERT_DIR";

    // Where OpenSSL looks by itself as Debian builds it: OPENSSLDIR is /usr/lib/ssl.
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

    // https://learn.microsoft.com/dotnet/standard/security/cross-platform-cryptography#x509store
    private static string UserStores =>
        Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".dotnet/corefx/cryptography/x509stores");

    private static bool IsNamedByUser =>
        Environment.GetEnvironmentVariable(FileVariable) is not null || Environment.GetEnvironmentVariable(DirectoryVariable) is not null;

    /// <summary>The file that holds all certificates of the authorities; <see langword="null"/> if the system has none.</summary>
    /// <param name="root">The folder that the system lies in.</param>
    public static string? FindBundle(string root = "/") =>
        Array.Find(BundleFiles, file => CanRead(Path.Join(root, file)));

    /// <summary>
    /// For an executable with OpenSSL linked in: names this system's bundle to OpenSSL, unless the user has named something or OpenSSL finds
    /// certificates by itself. The decisions on trust stay .NET's own.
    /// </summary>
    /// <remarks>To be called before a second thread reads the environment, which the C library does not protect.</remarks>
    public static void NameBundleToOpenSsl()
    {
        if (IsNamedByUser || HasDebianPlaces("/") || FindBundle() is not { } bundle)
        {
            return;
        }

        // OpenSSL and .NET's native code read the process's own environment, which Environment.SetEnvironmentVariable does not change.
        _ = SetEnvironmentVariable(NullTerminated(FileVariable), NullTerminated(bundle), overwrite: 0);
    }

    /// <summary>
    /// For an executable with OpenSSL linked in: keeps .NET from reading all of the system's certificates, for a process that does not live long enough
    /// to be worth it.
    /// </summary>
    /// <remarks>As for <see cref="NameBundleToOpenSsl"/>.</remarks>
    /// <returns>Who decides on servers instead; <see langword="null"/> if .NET does, because this system has certificates in places of .NET's own.</returns>
    public static LazyTrustStore? TakeOver()
    {
        var (namedFile, namedDirectory) = (Environment.GetEnvironmentVariable(FileVariable), Environment.GetEnvironmentVariable(DirectoryVariable));
        if (Directory.Exists(UserStores) || namedDirectory?.Contains(':', StringComparison.Ordinal) == true)
        {
            NameBundleToOpenSsl();
            return null;
        }

        var file = namedFile ?? (IsNamedByUser || HasDebianPlaces("/") ? DebianFile : FindBundle());
        var directory = namedDirectory ?? DebianDirectory;

        // The bundle lies among the single certificates, where .NET finds it too.
        var bundle = Path.Join(directory, "ca-certificates.crt");
        var trust = new LazyTrustStore(namedFile ?? (File.Exists(bundle) ? bundle : file), file, directory);

        // .NET keeps the variables for itself and for the processes that it starts from here on; its native code does not.
        _ = Environment.GetEnvironmentVariables();
        _ = SetEnvironmentVariable(NullTerminated(FileVariable), NullTerminated(Nowhere), overwrite: 1);
        _ = SetEnvironmentVariable(NullTerminated(DirectoryVariable), NullTerminated(Nowhere), overwrite: 1);
        return trust;
    }

    /// <summary>
    /// What is wrong with the system's trust as a whole, as the second half of a sentence, and what to do; <see langword="null"/> if nothing is.
    /// </summary>
    public static string? FindFault()
    {
        if (!OperatingSystem.IsLinux() || CaBundle.IsNamed)
        {
            return null;
        }

        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file && !CanRead(file))
        {
            return $"the file {MessageText.Quote(file)}, which SSL_CERT_FILE names, cannot be read. Correct the variable, or leave it out.";
        }

        return IsNamedByUser || HasDebianPlaces("/") || FindBundle() is not null
            ? null
            : "this machine has no CA certificates. Install its package ca-certificates, or name a file with them in AWS_CA_BUNDLE or SSL_CERT_FILE.";
    }

    /// <summary>Whether OpenSSL, as Debian builds it, finds something in its own places.</summary>
    /// <param name="root">The folder that the system lies in.</param>
    internal static bool HasDebianPlaces(string root)
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
            // In doubt the matter is left to .NET.
            return true;
        }
    }

    private static bool CanRead(string file)
    {
        // An exception takes longer than all the rest.
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

    private static byte[] NullTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc", EntryPoint = "setenv", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironmentVariable(byte[] name, byte[] value, int overwrite);
}
