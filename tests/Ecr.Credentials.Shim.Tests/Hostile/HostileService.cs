using Ecr.Credentials.Shim.Tests.Identities;

namespace Ecr.Credentials.Shim.Tests.Hostile;

/// <summary>What the answers of a service look like.</summary>
[Flags]
internal enum HostileFormats
{
    /// <summary>A tunnel.</summary>
    Tunnel = 1,

    /// <summary>A name or a token.</summary>
    Text = 2,

    /// <summary>A JSON or XML document with several values.</summary>
    Document = 4,

    /// <summary>Every service that answers with content.</summary>
    Content = Text | Document,

    /// <summary>Every service.</summary>
    All = Tunnel | Content,
}

/// <summary>A service that the executable calls.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Identity">The <see cref="IdentityCase"/> that calls it.</param>
/// <param name="Variable">The variable with its address.</param>
internal sealed record HostileService(string Name, string Identity, string Variable)
{
    private const string PrivateImage = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app";
    private const string RolePath = "/latest/meta-data/iam/security-credentials/";

    internal static IReadOnlyList<HostileService> All { get; } =
    [
        new("ECR", "Temporary keys", "AWS_ENDPOINT_URL_ECR"),
        new("ECR Public", "Temporary keys", "AWS_ENDPOINT_URL_ECR_PUBLIC") { Image = "public.ecr.aws/docker/library/nginx" },
        new("STS AssumeRole", "Role by rule", "AWS_ENDPOINT_URL_STS"),
        new("STS AssumeRoleWithWebIdentity", "Web identity", "AWS_ENDPOINT_URL_STS"),
        new("SSO", "SSO session", "AWS_ENDPOINT_URL_SSO"),
        new("SSO OIDC", "SSO session", "AWS_ENDPOINT_URL_SSO_OIDC") { IsExpired = true },
        new("Sign-In", "Sign-in", "AWS_ENDPOINT_URL_SIGNIN"),
        new("container credentials", "Container credentials", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
        new("metadata token", "Instance profile", "AWS_EC2_METADATA_SERVICE_ENDPOINT")
        {
            Formats = HostileFormats.Text,
            IsSpoiled = line => line.StartsWith("PUT ", StringComparison.Ordinal),
        },
        new("metadata role", "Instance profile", "AWS_EC2_METADATA_SERVICE_ENDPOINT")
        {
            Formats = HostileFormats.Text,
            IsSpoiled = line => line.StartsWith($"GET {RolePath} ", StringComparison.Ordinal),
        },
        new("metadata credentials", "Instance profile", "AWS_EC2_METADATA_SERVICE_ENDPOINT")
        {
            IsSpoiled = line => line.StartsWith($"GET {RolePath}", StringComparison.Ordinal) && !line.StartsWith($"GET {RolePath} ", StringComparison.Ordinal),
        },
        new("proxy", "Temporary keys", "HTTPS_PROXY") { Formats = HostileFormats.Tunnel },
    ];

    public string Image { get; private init; } = PrivateImage;

    internal HostileFormats Formats { get; private init; } = HostileFormats.Document;

    /// <summary>Whether the stored session must be refreshed.</summary>
    internal bool IsExpired { get; private init; }

    /// <summary>Selects the service's requests, by their first line.</summary>
    internal Func<string, bool> IsSpoiled { get; private init; } = _ => true;

    public override string ToString() => Name;

    /// <summary>Prepares a home directory, and directs the executable to a server in place of the emulator.</summary>
    internal (Dictionary<string, string> Variables, IReadOnlyList<string> Arguments) SetUp(AwsEmulator emulator, string home, string address)
    {
        var stage = new IdentityStage(emulator, home, "aws");
        IdentityCase.All.Single(identity => identity.Name == Identity).SetUp(stage);
        if (IsExpired)
        {
            stage.WriteSsoToken("corp", expiresAt: "2001-01-01T00:00:00Z");
        }

        var variables = ShimProgram.MinimalEnvironment(home);
        foreach (var (name, value) in stage.Variables)
        {
            variables[name] = value;
        }

        // Every call to a service of AWS itself has a proxy, whose password is a secret too.
        variables["HTTPS_PROXY"] = $"http://user:{Secrets.ProxyPassword}@127.0.0.1:1";
        var own = variables.GetValueOrDefault(Variable) ?? emulator.Address.AbsoluteUri;
        variables[Variable] = Formats == HostileFormats.Tunnel
            ? address.Replace("//", $"//user:{Secrets.ProxyPassword}@", StringComparison.Ordinal)
            : own.Replace(emulator.Address.GetLeftPart(UriPartial.Authority), address, StringComparison.Ordinal);
        if (Formats == HostileFormats.Tunnel)
        {
            variables.Remove("AWS_ENDPOINT_URL");
        }

        return (variables, stage.Arguments);
    }
}
