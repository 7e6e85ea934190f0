using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ecr.Credentials.Shim.Tests.Identities;

/// <summary>Sets up an identity for one run of the executable.</summary>
public sealed class IdentityStage(AwsEmulator emulator, string home, string partition)
{
    private readonly Dictionary<string, string> _variables = new(emulator.Environment(CredentialSource.None));
    private readonly List<string> _arguments = [];
    private readonly List<string> _files = [];

    public AwsEmulator Emulator { get; } = emulator;

    public IReadOnlyDictionary<string, string> Variables => _variables;

    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>The files that were written, by their paths below the home directory.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Additional members of the JSON request, each preceded by a comma.</summary>
    public string RequestMembers { get; private set; } = "";

    /// <summary>The ARN of a role in the image's partition.</summary>
    public string Role(string name) => $"arn:{partition}:iam::123456789012:role/{name}";

    /// <summary>The ARN of the principal after assuming a role.</summary>
    public string Session(string role, string session = "ecr-credential-provider") => $"arn:{partition}:sts::123456789012:assumed-role/{role}/{session}";

    public IdentityStage Set(string variable, string value)
    {
        _variables[variable] = value;
        return this;
    }

    public IdentityStage Set(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            _variables[name] = value;
        }

        return this;
    }

    public IdentityStage AddArguments(params string[] arguments)
    {
        _arguments.AddRange(arguments);
        return this;
    }

    public IdentityStage AddRequestMembers(string requestMembers)
    {
        RequestMembers = requestMembers;
        return this;
    }

    /// <summary>Writes a file under the home directory.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(home, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        _files.Add(name);
        return path;
    }

    public IdentityStage WriteConfig(string text)
    {
        Write(".aws/config", text);
        return this;
    }

    public IdentityStage WriteCredentials(string text)
    {
        Write(".aws/credentials", text);
        return this;
    }

    /// <summary>Writes the token of an SSO session, which can be refreshed.</summary>
    public IdentityStage WriteSsoToken(string session, string expiresAt)
    {
        var options = Emulator.Options;
#pragma warning disable CA5350 // Do not use weak cryptographic algorithms: every AWS tool uses this file name.
        var name = Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(session)));
#pragma warning restore CA5350
        Write($".aws/sso/cache/{name}.json", JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["accessToken"] = options.SsoAccessToken,
            ["expiresAt"] = expiresAt,
            ["clientId"] = options.SsoClientId,
            ["clientSecret"] = options.SsoClientSecret,
            ["refreshToken"] = options.SsoRefreshToken,
        }));
        return this;
    }

    /// <summary>A profile section with the keys of <see cref="AwsEmulator.ProfileCredentials"/>.</summary>
    public string ProfileKeys(string section) => $"""
        [{section}]
        aws_access_key_id = {Emulator.ProfileCredentials.AccessKeyId}
        aws_secret_access_key = {Emulator.ProfileCredentials.SecretAccessKey}

        """;
}
