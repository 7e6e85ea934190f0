using System.Reflection;
using System.Text.RegularExpressions;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Tests.Packaging;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>What holds for every public type of the libraries.</summary>
public sealed class PublicTypeTests
{
    private static readonly Type[] PublicTypes =
    [
        .. typeof(EcrCredentialProvider).Assembly.GetExportedTypes(),
        .. typeof(EcrCredentialsHostingExtensions).Assembly.GetExportedTypes(),
        .. typeof(KubeletCredentials).Assembly.GetExportedTypes(),
    ];

    [Test]
    public void Classes_are_sealed_or_static() =>
        Assert.That(PublicTypes.Where(type => type.IsClass && !type.IsSealed), Is.Empty);

    [Test]
    public void Only_the_callers_own_credentials_name_a_type_of_the_AWS_SDK()
    {
        var leaking =
            from type in PublicTypes
            from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where TypesOf(member).Any(used => used.FullName?.StartsWith("Amazon.", StringComparison.Ordinal) == true)
            select $"{type.Name}.{member.Name}";

        Assert.That(leaking, Is.All.EqualTo($"{nameof(EcrIdentity)}.{nameof(EcrIdentity.Credentials)}").And.Not.Empty);
    }

    [Test]
    public void Methods_that_return_tasks_end_in_Async_and_take_a_cancellation_token_last()
    {
        var odd =
            from type in PublicTypes
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where typeof(Task).IsAssignableFrom(method.ReturnType) || method.ReturnType.Name.StartsWith(nameof(ValueTask), StringComparison.Ordinal)
            where !method.Name.EndsWith("Async", StringComparison.Ordinal)
                || method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken)
            select $"{type}.{method}";

        Assert.That(odd.Where(name => !name.Contains(nameof(IAsyncDisposable.DisposeAsync), StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Types_that_hold_a_secret_do_not_print_it()
    {
        // The compiler-made ToString of a record prints every property.
        Assert.That(PublicTypes.Where(type => type.GetMethod("<Clone>$") is not null), Is.Empty);
    }

    [Test]
    public void Every_Parse_has_a_TryParse()
    {
        var parsable = PublicTypes.Where(type => type.GetMethods().Any(method => method.Name == "Parse")).ToArray();

        Assert.That(parsable, Has.Length.EqualTo(9));
        Assert.That(
            parsable.Where(type => !type.GetMethods().Any(method => method.Name == "TryParse" && method.ReturnType == typeof(bool))), Is.Empty);
    }

    [Test]
    public void Constructors_take_optional_options_and_after_them_optional_services()
    {
        var constructors = PublicTypes.SelectMany(type => type.GetConstructors()).Select(constructor => constructor.GetParameters()).ToArray();
        var withOptions = constructors.Where(parameters => parameters.Any(IsOptions)).ToArray();
        var withServices = constructors.Where(parameters => parameters.Any(IsService)).ToArray();

        Assert.That(withOptions, Has.Length.EqualTo(5));
        Assert.That(
            withOptions.Select(parameters => parameters.First(IsOptions)).Select(options => (options.Name, options.IsOptional)),
            Is.All.EqualTo(("options", true)));
        Assert.That(
            withOptions.SelectMany(parameters => parameters.SkipWhile(parameter => !IsOptions(parameter)).Skip(1)).Where(other => !IsService(other)),
            Is.Empty);
        Assert.That(withServices, Is.Not.Empty);
        Assert.That(withServices.SelectMany(parameters => parameters.Where(IsService)).Where(service => !service.IsOptional), Is.Empty);
    }

    [Test]
    public void Options_that_configuration_sets_hold_no_services() =>
        Assert.That(
            new[] { typeof(EcrCredentialProviderOptions), typeof(EcrTokenCacheOptions) }.SelectMany(type => type.GetProperties())
                .Where(property => property.PropertyType.IsInterface && !property.PropertyType.IsGenericType || property.PropertyType == typeof(TimeProvider)),
            Is.Empty);

    [Test]
    public void Programs_are_started_by_their_full_path()
    {
        // A bare name would be looked for in the working directory first, which anyone may have written.
        var started =
            from path in new[] { "lib", "shim" }.SelectMany(folder => Repository.Sources(folder))
            from start in Regex.Matches(File.ReadAllText(path), @"(new ProcessStartInfo|Process\.Start|FileName\s*=)\W*(""[^""]*"")?").Cast<Match>()
            select (path, Program: start.Groups[2].Value.Trim('"'));

        Assert.That(started, Is.Not.Empty);
        Assert.That(started.Where(start => start.Program.Length > 0 && !Path.IsPathFullyQualified(start.Program)), Is.Empty);
    }

    private static bool IsOptions(ParameterInfo parameter) => parameter.ParameterType.Name.EndsWith("Options", StringComparison.Ordinal);

    private static bool IsService(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TimeProvider) || parameter.ParameterType == typeof(ILogger) || parameter.ParameterType == typeof(IMemoryCache);

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        MethodBase method => [.. method.GetParameters().Select(parameter => parameter.ParameterType), (method as MethodInfo)?.ReturnType ?? typeof(void)],
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        _ => [],
    };
}
