using System.Collections.Concurrent;
using Amazon.Runtime;
using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Aws.Credentials;
using Ecr.Credentials.Aws.Credentials.Profiles;
using Ecr.Credentials.Aws.Ecr;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Aws.Http;
using Ecr.Credentials.Aws.Sts;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>The answers of services, through everything from the HTTP client to the exception that the user reads.</summary>
internal static class ServiceTargets
{
    private const string Role = "arn:aws:iam::123456789012:role/pull";

    // Separates the answers of a metadata service.
    private const char Separator = '\u001e';

    private const string EcrAnswer = """
        200
        Content-Type: application/x-amz-json-1.1
        x-amzn-RequestId: 01234567-89ab-cdef-0123-456789abcdef

        {"authorizationData":[{"authorizationToken":"QVdTOmV5SndZWGxzYjJGa0lqb2k=","expiresAt":4.0709088E9,
        "proxyEndpoint":"https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"}]}
        """;

    private const string EcrError = """
        400
        Content-Type: application/x-amz-json-1.1
        x-amzn-ErrorType: AccessDeniedException:http://internal.amazon.com/coral/

        {"__type":"com.amazonaws.ecr#AccessDeniedException",
        "message":"User: arn:aws:iam::123456789012:user/a is not authorized to perform: ecr:GetAuthorizationToken"}
        """;

    private const string StsAnswer = $"""
        200
        Content-Type: text/xml

        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>ARO:x</AssumedRoleId>
        <Arn>{Role}</Arn>
        </AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>{Words.Secret}</SecretAccessKey>
        <SessionToken>{Words.Secret}</SessionToken>
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>
        </AssumeRoleResponse>
        """;

    private const string StsError = """
        403
        Content-Type: text/xml

        <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message>
        </Error>
        <RequestId>r</RequestId></ErrorResponse>
        """;

    private const string SsoAnswer = $$$$$"""
        200
        Content-Type: application/json

        {"roleCredentials":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"{{{{{Words.Secret}}}}}","sessionToken":"{{{{{Words.Secret}}}}}",
        "expiration":4070908800000}}
        """;

    // The credentials are the answer to the next call.
    private const string OidcAnswer = $$$$$"""
        200
        Content-Type: application/json

        {"accessToken":"{{{{{Words.Secret}}}}}","expiresIn":28800,"refreshToken":"{{{{{Words.Secret}}}}}","tokenType":"Bearer",
        "roleCredentials":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"s","sessionToken":"t","expiration":4070908800000}}
        """;

    private const string SigninAnswer = $$$$$"""
        200
        Content-Type: application/json

        {"accessToken":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"{{{{{Words.Secret}}}}}","sessionToken":"{{{{{Words.Secret}}}}}"},"expiresIn":900,
        "refreshToken":"{{{{{Words.Secret}}}}}"}
        """;

    private const string JsonError = """
        401
        Content-Type: application/json
        x-amzn-ErrorType: UnauthorizedException
        x-amzn-RequestId: r

        {"error":"TOKEN_EXPIRED","error_description":"expired","message":"Session token not found or invalid","__type":"UnauthorizedException"}
        """;

    private const string Keys = $$"""
        {"Code":"Success","AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"{{Words.Secret}}","Token":"{{Words.Secret}}","Expiration":"2099-01-01T00:00:00Z"}
        """;

    private static readonly string[] AnswerWords =
    [
        .. Words.Json, .. Words.Dates, "\n\n", "200\n", "400\n", "403\n", "429\n", "500\n", "302\nLocation: http://a.example/\n", "Content-Encoding: gzip\n",
        "Content-Length: 1\n",
        "x-amzn-ErrorType: ", "x-amz-crc32: 1\n", "Date: Thu, 01 Jan 1970 00:00:00 GMT\n", "Retry-After: 9\n", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "&b;",
        "&#0;", "&#x202e;", "<a>",
        "</a>", "<![CDATA[", "]]>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", "<Error>", "<Code>", "<Message>", "<Credentials>", "<Expiration>",
        "<AccessKeyId/>", "ExpiredToken",
        "InvalidSignatureException", "Signature expired: ", "ThrottlingException", "\"authorizationToken\":", "\"expiresAt\":", "\"message\":",
        "\"__type\":", "\"expiresIn\":",
        "\"accessToken\":",
    ];

    private static readonly string[] HttpWords =
    [
        .. AnswerWords, $"{Separator}", "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 x\r\n", "HTTP/1.1 403 x\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/2 200\r\n",
        "\r\n", "\r\n\r\n",
        "Transfer-Encoding: chunked\r\n", "5\r\n", "0\r\n\r\n", "ffffffff\r\n", "Connection: close\r\n", "Content-Length: 99999999999\r\n",
        "Set-Cookie: a=b\r\n", "\"code\":",
    ];

    private static readonly EcrRegistry Registry = EcrRegistry.Parse("123456789012.dkr.ecr.eu-west-1.amazonaws.com");
    private static readonly AWSCredentials Caller = new BasicAWSCredentials("AKIAEXAMPLE", Words.Secret);

    private static readonly string LoginKey = TrustTargets.NewKey();

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        Create("answer of ECR", 500, [EcrAnswer, EcrError], GetToken),
        Create(
            "answer of STS",
            500,
            [StsAnswer, StsError, StsAnswer.Replace($"<SecretAccessKey>{Words.Secret}", "<SecretAccessKey>", StringComparison.Ordinal)],
            AssumeRole),
        Create(
            "answer of SSO",
            500,
            [SsoAnswer, JsonError, $"401\nx-amzn-ErrorType: {new string('\ud83d', 150)} {new string('\ud83d', 150)}\n\n{{}}"],
            (services, home) => GetWithSso(services, home, TimeSpan.FromDays(1))),
        Create("answer of SSO OIDC", 500, [OidcAnswer, JsonError], (services, home) => GetWithSso(services, home, -TimeSpan.FromDays(1))),
        Create("answer of Sign-In", 500, [SigninAnswer, JsonError], GetWithLogin),
        CreateLocal(
            "answer of instance metadata",
            [Connections(Ok("t0ken"), Ok("role"), Ok(Keys)), Connections(Ok("t0ken"), "HTTP/1.1 404 x\r\n\r\n")],
            http => new InstanceMetadataCredentials(_ => null, http)),
        CreateLocal(
            "answer of a container's endpoint",
            [Connections(Ok(Keys)), Connections("HTTP/1.1 400 x\r\nContent-Length: 31\r\n\r\n{\"code\":\"denied\",\"message\":\"m\"}")],
            http => new ContainerCredentials(variable => variable == "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI" ? "/c" : null, http)),
    ];

    private static AwsSettings Settings { get; } = AwsSettings.Read(variable => variable == "AWS_MAX_ATTEMPTS" ? "1" : null);

    private static CredentialLookup Lookup => new(Registry, Settings, new CallProgress(), NullLogger.Instance);

    private static FuzzTarget Create(string name, int executions, string[] samples, Func<CannedServices, FuzzDirectory, Task> call)
    {
        var services = new CannedServices();
        var home = new FuzzDirectory(name);
        return new FuzzTarget(name, executions, samples, AnswerWords, Parse) { Exceptions = [typeof(EcrCredentialException)] };

        string? Parse(ReadOnlySpan<char> input)
        {
            services.Answer(input);
            call(services, home).GetAwaiter().GetResult();
            return null;
        }
    }

    private static async Task GetToken(CannedServices services, FuzzDirectory home)
    {
        var config = new EcrServiceConfig(Registry, Settings, services);
        try
        {
            using var client = new EcrServiceClient(Caller, config);
            var response = await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(isPublic: false), CancellationToken.None);
            _ = EcrToken.FromAuthorizationToken(
                response.AuthorizationToken ?? throw new FormatException("no token"), response.ExpiresAt, response.ProxyEndpoint);
        }
        catch (FormatException e)
        {
            throw new EcrCredentialException(EcrCredentialErrorReason.InvalidResponse, e.Message, e);
        }
        catch (Exception e) when (AwsErrors.Translate(e, config.Call) is { } failure)
        {
            throw failure;
        }
    }

    private static async Task AssumeRole(CannedServices services, FuzzDirectory home) =>
        _ = new ResolvedCredentials(
            await new StsClient(services, NullLogger.Instance).AssumeRoleAsync(
                Caller, "the access key", new RoleSession(AwsRoleArn.Parse(Role)), Registry, Settings, new CallProgress(), CancellationToken.None),
            "the role");

    private static async Task GetWithSso(CannedServices services, FuzzDirectory home, TimeSpan lifetime)
    {
        home.Write(".aws/config", "[default]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = pull\n[sso-session s]\nsso_region = eu-west-1\n");
        var clock = new FakeTimeProvider();
        var now = clock.GetUtcNow();
        home.Write(
            ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json", // SHA-1 of "s"
            $$"""
            {"accessToken":"{{Words.Secret}}","expiresAt":"{{now + lifetime:yyyy-MM-dd'T'HH:mm:ss'Z'}}","refreshToken":"{{Words.Secret}}","clientId":"c",
            "clientSecret":"{{Words.Secret}}"}
            """);
        var files = SharedConfig.Read(home.Environment);
        var settings = SsoSettings.Find(files.Find("default")!, files)!;
        _ = await new SsoCredentials(services, home.Environment, clock).GetAsync(settings, Lookup, CancellationToken.None);
    }

    private static async Task GetWithLogin(CannedServices services, FuzzDirectory home)
    {
        const string Session = "s";
        home.Write(".aws/config", "[default]\nlogin_session = s\n");
        home.Write(
            ".aws/login/cache/043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89.json", // SHA-256 of "s"
            $$"""
            {"accessToken":{"accessKeyId":"ASIAEXAMPLE","secretAccessKey":"{{Words.Secret}}","sessionToken":"{{Words.Secret}}",
            "expiresAt":"2020-01-01T00:00:00Z"},
            "refreshToken":"{{Words.Secret}}","clientId":"c","dpopKey":"{{LoginKey.ReplaceLineEndings("\\n")}}"}
            """);
        var profile = SharedConfig.Read(home.Environment).Find("default")!;
        _ = await new LoginCredentials(services, home.Environment, TimeProvider.System).GetAsync(Session, profile, Lookup, CancellationToken.None);
    }

    // Over connections, so that the HTTP client is fuzzed too: the input is one answer for each connection.
    private static FuzzTarget CreateLocal(string name, string[] samples, Func<MetadataHttpClient, ICredentialSource> create)
    {
        var answers = new ConcurrentQueue<string>();
        var http = new MetadataHttpClient(
            NullLogger.Instance,
            new InstantTimeProvider(TimeSpan.FromMilliseconds(500)),
            trustStore: null,
            (_, _) => ValueTask.FromResult<Stream>(new CannedConnection(answers.TryDequeue(out var answer) ? FuzzText.Encode(answer) : [])));
        var source = create(http);
        return new FuzzTarget(name, 500, samples, HttpWords, Parse)
        {
            Exceptions = [typeof(EcrCredentialException)],
        };

        string? Parse(ReadOnlySpan<char> input)
        {
            answers.Clear();
            foreach (var answer in input.ToString().Split(Separator))
            {
                answers.Enqueue(answer);
            }

            var result = source.FindAsync(Lookup, CancellationToken.None).GetAwaiter().GetResult();
            return result.Credentials is null ? result.NotFoundReason : null;
        }
    }

    private static string Ok(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";

    private static string Connections(params string[] answers) => string.Join(Separator, answers);
}
