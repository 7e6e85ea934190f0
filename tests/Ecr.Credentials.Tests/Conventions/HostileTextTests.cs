using System.Reflection;
using System.Text;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>Every public <c>TryParse</c> returns false for text that is not valid, and never throws; every <c>Parse</c> throws a FormatException.</summary>
public sealed class HostileTextTests
{
    private const int Seed = 20260301;
    private const int Rounds = 3_000;

    // Parts of valid texts, and what breaks parsers.
    private static readonly string[] Parts =
    [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\ud800", "\udfff", "\u202e", "\u2028", "\0", "\ufeff",
        "\"kind\"", "\"k\\ud800\"", "\"\\ud800\"", "\"apiVersion\"", "\"image\"", "\"auth\"", "\"cacheDuration\"", "\"cacheKeyType\"",
        "\"serviceAccountToken\"", "\"serviceAccountAnnotations\"", "\"CredentialProviderRequest\"", "\"CredentialProviderResponse\"",
        "\"credentialprovider.kubelet.k8s.io/v1\"", "null", "true", "-1", "1e999", "{\"\\ud800\":1}", "[[[[", " ", "\n", "=", "@", "/", ".", "..", "*", "?",
        "[a-", "[!", "%", "%zz", "xn--", "-", "h", "ms", "µs", "9223372036854775808", "profile:", "role:", "arn:aws:iam::123456789012:role/", ",external-id=",
        "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "public.ecr.aws", ":443", ":99999", "[::1]", "https://", "user:pw@", "é", "日",
        new string('a', 300), new string('9', 400),
    ];

    private static IEnumerable<MethodInfo> TryParseMethods() =>
        typeof(EcrCredentialProvider).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.Name == "TryParse");

    private static IEnumerable<MethodInfo> ParseMethods() =>
        typeof(EcrCredentialProvider).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => method.Name == "Parse");

    [Test]
    public void The_methods_are_found() =>
        Assert.That((TryParseMethods().Count(), ParseMethods().Count()), Is.EqualTo((11, 7)));

    [TestCaseSource(nameof(TryParseMethods))]
    public void TryParse_never_throws(MethodInfo method)
    {
        ArgumentNullException.ThrowIfNull(method);
        var parse = CreateParser(method);
        foreach (var text in Texts())
        {
            try
            {
                parse(text);
            }
            catch (Exception e) when (e is not AssertionException)
            {
                Assert.Fail($"{method.DeclaringType!.Name}: {e.GetType().Name} for {Show(text)}");
            }
        }
    }

    [TestCaseSource(nameof(ParseMethods))]
    public void Parse_throws_nothing_but_a_FormatException_on_one_line(MethodInfo method)
    {
        ArgumentNullException.ThrowIfNull(method);
        var parse = CreateParser(method);
        foreach (var text in Texts())
        {
            try
            {
                parse(text);
            }
            catch (FormatException e)
            {
                Assert.That(e.Message.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u202e'), Is.False, () => Show(text));
                Assert.That(e.Message, Has.Length.LessThan(1000), () => Show(text));
            }
            catch (Exception e) when (e is not AssertionException)
            {
                Assert.Fail($"{method.DeclaringType!.Name}: {e.GetType().Name} for {Show(text)}");
            }
        }
    }

    private static IEnumerable<string> Texts()
    {
        var random = new Random(Seed);
        foreach (var part in Parts)
        {
            yield return part;
            yield return $"{{{part}:1}}";
            yield return $"{{\"kind\":{part}}}";
            yield return $"{{\"image\":{part}}}";
        }

        for (var round = 0; round < Rounds; round++)
        {
            yield return string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Parts[random.Next(Parts.Length)]));
        }
    }

    // Spans cannot be passed by reflection, so delegates are created.
    private static Action<string> CreateParser(MethodInfo method)
    {
        var isBytes = method.GetParameters()[0].ParameterType == typeof(ReadOnlySpan<byte>);
        var name = method.Name == "Parse" ? nameof(CreateParse) : method.GetParameters().Length == 3 ? nameof(CreateTryParseWithError) : nameof(CreateTryParse);
        var value = method.Name == "Parse" ? method.ReturnType : method.GetParameters()[1].ParameterType.GetElementType()!;
        return (Action<string>)typeof(HostileTextTests).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(isBytes ? typeof(byte) : typeof(char), value)
            .Invoke(null, [method])!;
    }

    private static Action<string> CreateParse<TElement, TValue>(MethodInfo method)
    {
        var parse = method.CreateDelegate<ParseFunction<TElement, TValue>>();
        return text => parse(Elements<TElement>(text));
    }

    private static Action<string> CreateTryParse<TElement, TValue>(MethodInfo method)
    {
        var parse = method.CreateDelegate<TryParseFunction<TElement, TValue>>();
        return text => parse(Elements<TElement>(text), out _);
    }

    private static Action<string> CreateTryParseWithError<TElement, TValue>(MethodInfo method)
    {
        var parse = method.CreateDelegate<TryParseWithErrorFunction<TElement, TValue>>();
        return text => Assert.That(parse(Elements<TElement>(text), out _, out var error), Is.EqualTo(error is null));
    }

    private static TElement[] Elements<TElement>(string text) =>
        typeof(TElement) == typeof(byte) ? (TElement[])(object)Encoding.UTF8.GetBytes(text) : (TElement[])(object)text.ToCharArray();

    private static string Show(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:x4}"));

    private delegate TValue ParseFunction<TElement, TValue>(ReadOnlySpan<TElement> text);

    private delegate bool TryParseFunction<TElement, TValue>(ReadOnlySpan<TElement> text, out TValue value);

    private delegate bool TryParseWithErrorFunction<TElement, TValue>(ReadOnlySpan<TElement> text, out TValue value, out string? error);
}
