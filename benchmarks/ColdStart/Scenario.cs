using Ecr.Emulator;

namespace Ecr.Credentials.Benchmarks.ColdStart;

/// <summary>The conditions under which a program obtains its credential.</summary>
/// <param name="IsHttps">Whether the API is called over TLS, with the system's root certificates and the emulator's installed.</param>
/// <param name="Source">The source of the AWS credentials.</param>
/// <param name="RoundTrip">The round-trip time.</param>
/// <param name="IsWarm">Whether the password is in the program's cache from an earlier run.</param>
/// <param name="HasBundle">Whether <c>AWS_CA_BUNDLE</c> names the root certificates.</param>
/// <param name="BusyLoops">The number of other processes that always compute.</param>
internal sealed record Scenario(
    bool IsHttps, CredentialSource Source, TimeSpan RoundTrip, bool IsWarm = false, bool HasBundle = false, int BusyLoops = 0)
{
    private const string SystemBundle = "/etc/ssl/certs/ca-certificates.crt";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        .. from roundTrip in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromMilliseconds(20)]
           from source in (CredentialSource[])[CredentialSource.StaticKey, CredentialSource.InstanceMetadata]
           from isHttps in (bool[])[false, true]
           select new Scenario(isHttps, source, roundTrip),
        new(IsHttps: false, CredentialSource.StaticKey, TimeSpan.Zero, IsWarm: true),
        new(IsHttps: false, CredentialSource.InstanceMetadata, TimeSpan.Zero, IsWarm: true),
        new(IsHttps: true, CredentialSource.StaticKey, TimeSpan.Zero, HasBundle: true),
        new(IsHttps: true, CredentialSource.StaticKey, TimeSpan.Zero, BusyLoops: 6),
    ];

    public string Name =>
        $"{(IsHttps ? "https" : "http")}, {(Source == CredentialSource.StaticKey ? "static keys" : "instance metadata")}, "
            + $"{RoundTrip.TotalMilliseconds:0} ms{(IsWarm ? ", warm cache" : "")}"
            + $"{(HasBundle ? ", AWS_CA_BUNDLE" : "")}{(BusyLoops > 0 ? $", {BusyLoops} busy loops" : "")}";

    /// <summary>Returns the variables that direct a program to the emulator in this scenario.</summary>
    /// <param name="emulator">The emulator.</param>
    /// <param name="httpPort">The local port that forwards to its http port.</param>
    /// <param name="httpsPort">The local port that forwards to its https port.</param>
    /// <param name="directory">The home directory, also for temporary files.</param>
    public Dictionary<string, string> GetEnvironment(AwsEmulator emulator, int httpPort, int httpsPort, string directory)
    {
        var bundle = Path.Combine(directory, "bundle.pem");
        File.WriteAllText(bundle, File.ReadAllText(SystemBundle) + emulator.CertificateAuthorityPem);

        var environment = new Dictionary<string, string>(emulator.Environment(Source))
        {
            ["HOME"] = directory,
            ["PATH"] = "/usr/bin:/bin",
            ["AWS_ENDPOINT_URL"] = IsHttps ? $"https://localhost:{httpsPort}" : $"http://127.0.0.1:{httpPort}",
            [HasBundle ? "AWS_CA_BUNDLE" : "SSL_CERT_FILE"] = bundle,
        };
        if (Source == CredentialSource.InstanceMetadata)
        {
            environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = $"http://127.0.0.1:{httpPort}";
        }

        var (variable, value) = IsWarm ? ("AWS_ECR_CACHE_DIR", Path.Combine(directory, "cache")) : ("AWS_ECR_DISABLE_CACHE", "true");
        environment[variable] = value;
        return environment;
    }
}
