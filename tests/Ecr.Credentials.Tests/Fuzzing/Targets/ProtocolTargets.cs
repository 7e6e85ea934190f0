using System.Buffers;
using System.Numerics;
using Ecr.Credentials.Kubelet.Plugins.Responses;
using Ecr.Credentials.Programs;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Tokens;

namespace Ecr.Credentials.Tests.Fuzzing.Targets;

/// <summary>The kubelet's protocol and that of Docker's credential helpers.</summary>
internal static class ProtocolTargets
{
    private const string V1 = "credentialprovider.kubelet.k8s.io/v1";
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Request = $$$$$"""
        {"kind":"CredentialProviderRequest","apiVersion":"{{{{{V1}}}}}","image":"{{{{{Host}}}}}/app:1","serviceAccountToken":"{{{{{Words.Secret}}}}}",
        "serviceAccountAnnotations":{"eks.amazonaws.com/ecr-role-arn":"arn:aws:iam::123456789012:role/pull","a":""}}
        """;

    private const string Response = $$$$$"""
        {"kind":"CredentialProviderResponse","apiVersion":"{{{{{V1}}}}}","cacheKeyType":"Registry","cacheDuration":"6h0m0s",
        "auth":{"{{{{{Host}}}}}":{"username":"AWS","password":"{{{{{Words.Secret}}}}}"}}}
        """;

    private static readonly string[] RequestWords =
    [
        .. Words.Json, .. Words.Hosts, "\"kind\":", "\"apiVersion\":", "\"image\":", "\"serviceAccountToken\":", "\"serviceAccountAnnotations\":",
        "\"eks.amazonaws.com/role-arn\":", "\"CredentialProviderRequest\"", $"\"{V1}\"", "credentialprovider.kubelet.k8s.io/v1alpha1", "v1beta1",
        "arn:aws-cn:iam::",
    ];

    private static readonly string[] ResponseWords =
    [
        .. Words.Json, "\"kind\":", "\"apiVersion\":", "\"cacheKeyType\":", "\"cacheDuration\":", "\"auth\":", "\"username\":", "\"password\":", "\"Image\"",
        "\"Global\"",
        "\"-1ns\"", "\"1.5h\"", $"\"{V1}\"", "\"CredentialProviderResponse\"",
    ];

    private static readonly string[] DurationWords =
        ["0", "1", "9", ".", "-", "+", "h", "m", "s", "ms", "us", "µs", "\u03bcs", "ns", "2562047h47m16.854775807s", "9223372036854775808ns", "1e3", " "];

    private static readonly (string Name, BigInteger Length)[] Units =
        [("ns", 1), ("us", 1_000), ("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000)];

    public static IEnumerable<FuzzTarget> All { get; } =
    [
        new("request", 30_000, [Request, Request.Replace("/v1\"", "/v1alpha1\"", StringComparison.Ordinal)], RequestWords, ParseRequest),
        new("response", 30_000, [Response, Response.Replace("Registry", "Global", StringComparison.Ordinal)], ResponseWords, ParseResponse),
        new("Go duration", 400_000, ["6h0m0s", "1.5ms", "-1h30m", "0", "2562047h47m16.854775807s", "12h3m4.5s"], DurationWords, ParseDuration),
        new(
            "token of ECR",
            100_000,
            [Base64($"AWS:{Words.Secret}"), Base64("AWS:eyJwYXlsb2FkIjoi")],
            ["=", "QVdTOg==", "/w==", "+", "-", "_", "\n", "Og=="],
            ParseToken)
        {
            Exceptions = [typeof(FormatException)],
        },
        new("kubelet plugin", 2_000, [Request], RequestWords, RunPlugin),
        new(
            "docker helper",
            2_000,
            [Host, $"https://{Host}/", "public.ecr.aws", "https://index.docker.io/v1/", Request],
            [.. Words.Hosts, "\n"],
            RunDockerHelper),
    ];

    private static string? ParseRequest(ReadOnlySpan<char> input)
    {
        if (!CredentialProviderRequest.TryParse(FuzzText.Encode(input), out var request, out var error))
        {
            FuzzException.ThrowIf(error.Contains(Words.Secret, StringComparison.Ordinal) && !IsShown(input), "the error shows the token");
            return error;
        }

        var written = new ArrayBufferWriter<byte>();
        request.WriteTo(written);
        FuzzException.ThrowIf(!CredentialProviderRequest.TryParse(written.WrittenSpan, out var again, out error), $"what is written cannot be read: {error}");
        FuzzException.ThrowIf(
            (again!.ApiVersion, again.Image) != (request.ApiVersion, request.Image)
                || (request.ApiVersion == CredentialProviderApiVersion.V1 && again.ServiceAccountToken != request.ServiceAccountToken)
                || (request.ApiVersion == CredentialProviderApiVersion.V1
                    && !again.ServiceAccountAnnotations.OrderBy(pair => pair.Key).SequenceEqual(request.ServiceAccountAnnotations.OrderBy(pair => pair.Key))),
            "what is written reads differently");
        FuzzException.ThrowIf(request.ServiceAccountToken?.Length > 3 && request.ToString()!.Contains(request.ServiceAccountToken, StringComparison.Ordinal)
            && !request.Image.Contains(request.ServiceAccountToken, StringComparison.Ordinal), "the token is printed");
        return null;
    }

    // Damage may move a secret to where it is shown: only one that is where it was is secret.
    private static bool IsShown(ReadOnlySpan<char> input) =>
        input.Count(Words.Secret) != 1
        || !(input.Contains($"\"serviceAccountToken\":\"{Words.Secret}", StringComparison.Ordinal)
            || input.Contains($"\"password\":\"{Words.Secret}", StringComparison.Ordinal));

    private static string? ParseResponse(ReadOnlySpan<char> input)
    {
        var json = FuzzText.Encode(input);
        var isRead = CredentialProviderResponse.TryParse(json, out var response, out var error);
        if (!isRead)
        {
            FuzzException.ThrowIf(error!.Contains(Words.Secret, StringComparison.Ordinal) && !IsShown(input), "the error shows the password");
            return error;
        }

        var written = new ArrayBufferWriter<byte>();
        response!.WriteTo(written);
        FuzzException.ThrowIf(!CredentialProviderResponse.TryParse(written.WrittenSpan, out var again, out error), $"what is written cannot be read: {error}");
        FuzzException.ThrowIf(
            (again!.CacheKeyType, again.CacheDuration, again.Auth.Count) != (response.CacheKeyType, response.CacheDuration, response.Auth.Count),
            "what is written reads differently");
        FuzzException.ThrowIf(
            ResponseDecoder.Decode(written.WrittenSpan, ApiVersionOf(response), out var refusal, out var detail) is null,
            $"the kubelet refuses what is written: {refusal} {detail}");
        return null;
    }

    private static string ApiVersionOf(CredentialProviderResponse response) =>
        $"credentialprovider.kubelet.k8s.io/v{response.ApiVersion.ToString()[1..].Replace('A', 'a').Replace('B', 'b')}";

    private static string? ParseDuration(ReadOnlySpan<char> input)
    {
        var isValid = GoDuration.TryParse(input, out var duration);
        if (ReadDurationSlowly(input) is { } nanoseconds)
        {
            FuzzException.ThrowIf(isValid != (nanoseconds >= long.MinValue && nanoseconds <= long.MaxValue), $"valid is {isValid}, but it is {nanoseconds} ns");
            FuzzException.ThrowIf(isValid && duration.Ticks != (long)(nanoseconds / TimeSpan.NanosecondsPerTick), $"{duration} is not {nanoseconds} ns");
        }

        if (!isValid)
        {
            return "not a duration";
        }

        if (duration.Ticks != long.MinValue / TimeSpan.NanosecondsPerTick)
        {
            FuzzException.ThrowIf(GoDuration.Parse(GoDuration.Format(duration)) != duration, $"{duration} reads differently when written");
        }

        return null;
    }

    // Whole numbers only, by arithmetic without limits; null for anything else, and for sums beyond 64 bits, which wrap around as in Go.
    private static BigInteger? ReadDurationSlowly(ReadOnlySpan<char> input)
    {
        var isNegative = input is ['-', ..];
        var text = input is ['-' or '+', ..] ? input[1..] : input;
        BigInteger total = 0;
        while (text is [>= '0' and <= '9', ..])
        {
            BigInteger number = 0;
            for (; text is [>= '0' and <= '9', ..]; text = text[1..])
            {
                number = (number * 10) + (text[0] - '0');
            }

            var end = text.IndexOfAnyInRange('0', '9');
            var name = end < 0 ? text : text[..end];
            var unit = BigInteger.Zero;
            foreach (var candidate in Units)
            {
                unit = name.SequenceEqual(candidate.Name) ? candidate.Length : unit;
            }

            if (unit == 0 || total > long.MaxValue)
            {
                return null;
            }

            total += number * unit;
            text = text[name.Length..];
        }

        return text.IsEmpty && input.Length > 1 ? (isNegative ? -total : total) : null;
    }

    private static string? ParseToken(ReadOnlySpan<char> input)
    {
        var token = EcrToken.FromAuthorizationToken(input.ToString(), expiresAt: null);
        FuzzException.ThrowIf(token.ToString().Contains(Words.Secret, StringComparison.Ordinal), "the password is printed");
        return null;
    }

    private static string? RunPlugin(ReadOnlySpan<char> input)
    {
        var (code, output, error) = Run((stdin, stdout, stderr, provider) => CredentialProviderProgram.RunAsync(stdin, stdout, stderr, provider), input);
        if (code == ExitCode.Success)
        {
            FuzzException.ThrowIf(!CredentialProviderResponse.TryParse(output, out _, out var why) || error.Length > 0, $"exit code 0, but {why} {error}");
            return null;
        }

        FuzzException.ThrowIf(code is not (ExitCode.Failure or ExitCode.UsageError) || output.Length > 0, $"exit code {code} with {output.Length} bytes");
        return OneLine(error);
    }

    private static string? RunDockerHelper(ReadOnlySpan<char> input)
    {
        var (code, output, error) = Run(
            (stdin, stdout, stderr, provider) => DockerCredentialHelperProgram.RunAsync("get", stdin, stdout, stderr, provider), input);
        if (code == ExitCode.Success)
        {
            using var answer = System.Text.Json.JsonDocument.Parse(output);
            FuzzException.ThrowIf(
                answer.RootElement.GetProperty("Secret").GetString() != FakeTokenSource.Password || error.Length > 0,
                $"an answer with {error}");
            return null;
        }

        FuzzException.ThrowIf(code != ExitCode.Failure, $"exit code {code}");
        return error.Length > 0 ? OneLine(error) : OneLine(System.Text.Encoding.UTF8.GetString(output));
    }

    private static (int Code, byte[] Output, string Error) Run(
        Func<Stream, Stream, TextWriter, EcrCredentialProvider, Task<int>> run, ReadOnlySpan<char> input)
    {
        using var provider = new EcrCredentialProvider(new FakeTokenSource(DateTimeOffset.MaxValue));
        using var stdin = new MemoryStream(FuzzText.Encode(input));
        using var stdout = new MemoryStream();
        using var stderr = new StringWriter();
        var code = run(stdin, stdout, stderr, provider).GetAwaiter().GetResult();
        return (code, stdout.ToArray(), stderr.ToString());
    }

    // Every line of a program ends; what is in it is checked as a message.
    private static string OneLine(string line)
    {
        FuzzException.ThrowIf(!line.EndsWith('\n'), "the line does not end");
        return line[..^1];
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
