using System.Reflection;
using System.Text.RegularExpressions;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Tests.Packaging;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>What holds for every public type of the libraries.</summary>
public sealed class PublicTypeTests
{
    private static readonly Type[] PublicTypes =
        [.. typeof(EcrCredentialProvider).Assembly.GetExportedTypes(), .. typeof(KubeletCredentials).Assembly.GetExportedTypes()];

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

        Assert.That(leaking, Is.EqualTo(new[] { $"{nameof(EcrIdentity)}.{nameof(EcrIdentity.Credentials)}" }));
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
    public void Types_with_options_take_them_last_and_optionally()
    {
        var constructors = PublicTypes.SelectMany(type => type.GetConstructors())
            .Select(constructor => constructor.GetParameters())
            .Where(parameters => parameters.Any(parameter => parameter.ParameterType.Name.EndsWith("Options", StringComparison.Ordinal)))
            .ToArray();

        Assert.That(constructors, Has.Length.EqualTo(6));
        Assert.That(constructors.Select(parameters => (parameters[^1].Name, parameters[^1].IsOptional)), Is.All.EqualTo(("options", true)));
        Assert.That(
            PublicTypes.SelectMany(type => type.GetConstructors()).SelectMany(constructor => constructor.GetParameters())
                .Where(parameter => parameter.ParameterType == typeof(TimeProvider) || parameter.ParameterType == typeof(ILogger)),
            Is.Empty,
            "Clock and logger are options.");
    }

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

    private static IEnumerable<Type> TypesOf(MemberInfo member) => member switch
    {
        MethodBase method => [.. method.GetParameters().Select(parameter => parameter.ParameterType), (method as MethodInfo)?.ReturnType ?? typeof(void)],
        PropertyInfo property => [property.PropertyType],
        FieldInfo field => [field.FieldType],
        _ => [],
    };
}
