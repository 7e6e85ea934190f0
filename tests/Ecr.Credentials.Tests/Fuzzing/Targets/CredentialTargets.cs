using System.Globalization;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>Documents and files with credentials and tokens.</summary>
internal static class CredentialTargets
{
    private const string Process = $$"""
        {"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"{{Words.Secret}}","SessionToken":"{{Words.Secret}}","Expiration":"2099-01-01T00:00:00Z"}
        """;

    private const string Metadata = $$"""
        {"Code":"Success","AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"{{Words.Secret}}","Token":"{{Words.Secret}}","Expiration":"2099-01-01T00:00:00Z"}
        """;

    private const string Sso = $$"""
        {"accessToken":"{{Words.Secret}}","expiresAt":"2099-01-01T00:00:00UTC","refreshToken":"{{Words.Secret}}","clientId":"c",
        "clientSecret":"{{Words.Secret}}",
        "registrationExpiresAt":"2099-01-01T00:00:00Z","region":"eu-west-1"}
        """;

    private const string Login = $$"""
        {"accessToken":{"accessKeyId":"AKIAEXAMPLE","secretAccessKey":"{{Words.Secret}}","sessionToken":"{{Words.Secret}}","accountId":"123456789012",
        "expiresAt":"2099-01-01T00:00:00Z"},"tokenType":"aws_sigv4","refreshToken":"{{Words.Secret}}","clientId":"c","dpopKey":"{{Words.Secret}}"}
        """;

    private static readonly string[] JsonWords =
    [
        .. Words.Json, .. Words.Dates, "\"Version\":", "\"AccessKeyId\":", "\"SecretAccessKey\":", "\"SessionToken\":", "\"Token\":", "\"Expiration\":",
        "\"Code\":",
        "\"accessToken\":", "\"expiresAt\":", "\"registrationExpiresAt\":", "\"refreshToken\":", "\"clientId\":", "\"dpopKey\":",
    ];

    private static readonly ConfigSection Profile = ConfigSection.Profile("p");
    private static readonly ProcessCredentials Processes = new(TimeProvider.System);
    private static readonly TokenFileKey Key = TokenFileKey.Create(new EcrTokenRequest(EcrRegistry.Parse("public.ecr.aws")), () => "configuration")!;

    private static readonly string Record = Unhashed(
        new TokenRecord(new EcrToken("AWS", Words.Secret, DateTimeOffset.UnixEpoch.AddDays(20_000)), DateTimeOffset.UnixEpoch.AddDays(19_999)).Write(Key));

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("output of credential_process", 20_000, [Process], JsonWords, input => ReadProcess(input)) { Exceptions = [typeof(EcrCredentialException)] },
        new("document with credentials", 20_000, [Metadata], JsonWords, ReadDocument)
        {
            Exceptions = [typeof(EcrCredentialException), typeof(FormatException)],
        },
        new("SSO token file", 500, [Sso], JsonWords, ReadSso(new FuzzDirectory("sso"))) { Exceptions = [typeof(System.Text.Json.JsonException)] },
        new("sign-in token file", 500, [Login], JsonWords, ReadLogin(new FuzzDirectory("login"))) { Exceptions = [typeof(FormatException)] },
        new(
            "file cache",
            100_000,
            [Record, Record.Replace("AWS", "", StringComparison.Ordinal)],
            ["\n", "0", "-1", "99999999999999999999", "\r", Key.Text, " "],
            ReadRecord),
    ];

    private static string? ReadProcess(ReadOnlySpan<char> input)
    {
        var credentials = Processes.Parse(FuzzText.Encode(input), "the credential_process", Profile);
        FuzzException.ThrowIf(credentials.ToString().Contains(Words.Secret, StringComparison.Ordinal), "the secret is printed");
        return null;
    }

    private static string? ReadDocument(ReadOnlySpan<char> input)
    {
        _ = new ResolvedCredentials(CredentialsDocument.Read(FuzzText.Encode(input), "Token"), "a document");
        return null;
    }

    // With a hash that fits, so that what the hash protects is read too.
    private static string? ReadRecord(ReadOnlySpan<char> input)
    {
        FuzzException.ThrowIf(TokenRecord.Read(input, Key) is not null, "a record without its hash is read");
        _ = TokenRecord.ReadDescription(input);
        if (TokenRecord.Read(string.Create(CultureInfo.InvariantCulture, $"{input}{Fnv1a64.Of(input):x16}\n"), Key) is not { } record)
        {
            return "damaged";
        }

        var written = record.Write(Key);
        FuzzException.ThrowIf(!record.CanBeStored, "what was stored cannot be stored");
        FuzzException.ThrowIf(TokenRecord.Read(written, Key)?.Write(Key) != written, "what is written reads differently");
        _ = (record.IsFresh(DateTimeOffset.UnixEpoch, null), record.IsValid(DateTimeOffset.MaxValue), record.ExpiresAt);
        _ = record.AfterFailedRefresh(DateTimeOffset.MaxValue);
        return null;
    }

    private static string Unhashed(string record) => record[..(record.AsSpan(0, record.Length - 1).LastIndexOf('\n') + 1)];

    private static FuzzParser ReadSso(FuzzDirectory directory) => input =>
    {
        var file = new SsoTokenFile(directory.Write("token.json", input));
        if (file.Read() is not { } token)
        {
            return "no token";
        }

        FuzzException.ThrowIf(token.ToString().Contains(Words.Secret, StringComparison.Ordinal), "the token is printed");
        if (!TryReplace(() => file.Replace(token)))
        {
            return "cannot be replaced";
        }

        FuzzException.ThrowIf(file.Read()?.AccessToken != token.AccessToken, "a replaced token differs");
        return null;
    };

    // What is kept from a file may be half of a surrogate pair. Who replaces a token expects that.
    private static bool TryReplace(Action replace)
    {
        try
        {
            replace();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static FuzzParser ReadLogin(FuzzDirectory directory) => input =>
    {
        var file = new LoginTokenFile(directory.Write("token.json", input));
        var token = file.Read() ?? throw new FuzzException("the file is not found");
        if (!TryReplace(() => file.Replace(token)))
        {
            return "cannot be replaced";
        }

        FuzzException.ThrowIf(file.Read()?.RefreshToken != token.RefreshToken, "a replaced session differs");
        return null;
    };
}
