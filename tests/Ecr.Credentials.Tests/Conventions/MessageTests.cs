using Ecr.Credentials.Tests.Packaging;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>Foreign text reaches messages only through <c>MessageText</c>, which quotes, cleans and truncates it.</summary>
/// <remarks>
/// Looks at everything that is put into text in the library and the executable. An expression is clean by its form, for example a constant or a call of
/// <c>MessageText</c>, or has been read by a person and is listed in <c>Messages.txt</c>: because it is clean where it is made, or because the text is not
/// shown.
/// </remarks>
public sealed class MessageTests
{
    // Numbers, times and the like.
    private static readonly string[] CleanMembers =
        ["Length", "Count", "Ticks", "TotalSeconds", "TotalMinutes", "TotalMilliseconds", "ExitCode", "StatusCode", "Port", "BytesConsumed", "TokenType"];

    private static readonly CompilationUnitSyntax[] Files =
        [.. Repository.Sources("lib/Ecr.Credentials").Concat(Repository.Sources("shim")).Select(path => Parse(File.ReadAllText(path), path))];

    private static readonly HashSet<string> Constants = [.. Files.SelectMany(FindConstants)];

    private static readonly ILookup<string, MethodDeclarationSyntax> Methods =
        Files.SelectMany(file => file.DescendantNodes().OfType<MethodDeclarationSyntax>()).ToLookup(method => method.Identifier.Text);

    [Test]
    public void Only_clean_expressions_are_put_into_text()
    {
        var found = Files.SelectMany(FindUnclean).Distinct().Order(StringComparer.Ordinal).ToArray();
        var reviewed = File.ReadAllLines(Path.Combine(Repository.Root, "tests/Ecr.Credentials.Tests/Conventions/Messages.txt"));

        Assert.That(Files, Has.Length.GreaterThan(150), "The sources were read.");
        Assert.That(found.Except(reviewed), Is.Empty, "Use MessageText, or add the line to Messages.txt after reading where the text comes from.");
        Assert.That(reviewed.Except(found), Is.Empty, "Messages.txt has lines without use.");
    }

    [TestCase("$\"cannot read {path}\"")]
    [TestCase("$\"cannot read {e.Message}\"")]
    [TestCase("$\"cannot read {path.Trim()}\"")]
    [TestCase("$\"cannot read {(path.Length > 0 ? path : \"a file\")}\"")]
    [TestCase("$\"cannot read {named}\"")]
    [TestCase("$\"cannot read {Name(path)}\"")]
    [TestCase("\"cannot read \" + path")]
    [TestCase("string.Concat(\"cannot read \", path)")]
    [TestCase("string.Join(\", \", paths)")]
    [TestCase("string.Format(null, \"cannot read {0}\", path)")]
    [TestCase("new StringBuilder(\"cannot read \").Append(path)")]
    public void A_bypass_is_found(string expression)
    {
        var bypass = Parse(
            $$"""
            class Planted
            {
                object Message(string path, string[] paths, Exception e)
                {
                    var named = path;
                    return {{expression}};
                }

                string Name(string path) => path;
            }
            """);

        Assert.That(FindUnclean(bypass), Is.Not.Empty);
    }

    [TestCase("$\"cannot read {MessageText.Quote(path)}\"")]
    [TestCase("$\"cannot read {nameof(path)}, {path.Length}, {(int)e.HResult}\"")]
    [TestCase("$\"cannot read {clean}\"")]
    [TestCase("$\"cannot read {(path.Length > 0 ? MessageText.Path(path) : \"a file\")}\"")]
    [TestCase("\"cannot read \" + MessageText.OneLine(e.Message)")]
    public void What_is_clean_is_accepted(string expression)
    {
        var clean = Parse(
            $$"""
            class Clean
            {
                object Message(string path, Exception e)
                {
                    var clean = path is null ? "nothing" : MessageText.Quote(path);
                    return {{expression}};
                }
            }
            """);

        Assert.That(FindUnclean(clean), Is.Empty);
    }

    private static CompilationUnitSyntax Parse(string text, string path = "Planted.cs") => CSharpSyntaxTree.ParseText(text, path: path).GetCompilationUnitRoot();

    private static IEnumerable<string> FindConstants(CompilationUnitSyntax file) =>
        file.DescendantNodes().OfType<FieldDeclarationSyntax>().Where(field => field.Modifiers.Any(SyntaxKind.ConstKeyword))
            .Select(field => field.Declaration)
            .Concat(file.DescendantNodes().OfType<LocalDeclarationStatementSyntax>().Where(local => local.IsConst).Select(local => local.Declaration))
            .SelectMany(declaration => declaration.Variables.Select(variable => variable.Identifier.Text));

    private static IEnumerable<string> FindUnclean(CompilationUnitSyntax file) =>
        file.DescendantNodes().SelectMany(FindParts).Where(part => !IsClean(part, [])).Select(part => $"{Path.GetFileName(file.SyntaxTree.FilePath)}: {OneLine(part)}");

    private static string OneLine(ExpressionSyntax expression) => string.Join(' ', expression.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The expressions that a node puts into a text.</summary>
    private static IEnumerable<ExpressionSyntax> FindParts(SyntaxNode node) => node switch
    {
        // What has a format is a number or a time.
        InterpolationSyntax { FormatClause: null } hole => [hole.Expression],
        BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) && IsText(sum) => [sum.Left, sum.Right],
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: PredefinedTypeSyntax } called } call
            when called.Name.Identifier.Text is "Concat" or "Join" or "Format" => call.ArgumentList.Arguments.Select(argument => argument.Expression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Append" or "AppendLine" } } call =>
            call.ArgumentList.Arguments.Select(argument => argument.Expression),
        _ => [],
    };

    private static bool IsText(ExpressionSyntax expression) => expression switch
    {
        InterpolatedStringExpressionSyntax => true,
        LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.StringLiteralExpression),
        BinaryExpressionSyntax sum => IsText(sum.Left) || IsText(sum.Right),
        _ => false,
    };

    private static bool IsClean(ExpressionSyntax expression, HashSet<string> visited) => expression switch
    {
        // The expressions of a text within it are found on their own.
        LiteralExpressionSyntax or InterpolatedStringExpressionSyntax or CastExpressionSyntax { Type: PredefinedTypeSyntax } => true,
        ParenthesizedExpressionSyntax inner => IsClean(inner.Expression, visited),
        ConditionalExpressionSyntax choice => IsClean(choice.WhenTrue, visited) && IsClean(choice.WhenFalse, visited),
        SwitchExpressionSyntax choice => choice.Arms.All(arm => IsClean(arm.Expression, visited)),
        ThrowExpressionSyntax => true,
        BinaryExpressionSyntax binary => IsClean(binary.Left, visited) && IsClean(binary.Right, visited),
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } } => true,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "MessageText" } } } => true,
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax called } => IsCleanMethod(called.Identifier.Text, visited),
        MemberAccessExpressionSyntax member =>
            Constants.Contains(member.Name.Identifier.Text) || CleanMembers.Contains(member.Name.Identifier.Text),
        IdentifierNameSyntax name => Constants.Contains(name.Identifier.Text) || IsCleanLocal(name, visited),
        _ => false,
    };

    // A method of these sources that returns clean texts only.
    private static bool IsCleanMethod(string name, HashSet<string> visited) =>
        !visited.Add(name) || (Methods.Contains(name) && Methods[name].All(method => FindResults(method).All(result => IsClean(result, visited))));

    private static IEnumerable<ExpressionSyntax> FindResults(MethodDeclarationSyntax method) =>
        method.ExpressionBody is { } body
            ? [body.Expression]
            : method.DescendantNodes().OfType<ReturnStatementSyntax>().Select(statement => statement.Expression).OfType<ExpressionSyntax>();

    private static bool IsCleanLocal(IdentifierNameSyntax name, HashSet<string> visited)
    {
        var member = name.Ancestors().OfType<MemberDeclarationSyntax>().FirstOrDefault();
        var initializers = member?.DescendantNodes().OfType<VariableDeclaratorSyntax>()
            .Where(variable => variable.Identifier.Text == name.Identifier.Text).Select(variable => variable.Initializer?.Value).ToArray() ?? [];
        return initializers.Length > 0
            && initializers.All(value => value is not null && visited.Add($"{name}={value}") && IsClean(value, visited))
            && !member!.DescendantNodes().OfType<AssignmentExpressionSyntax>()
                .Any(assignment => assignment.Left.ToString() == name.Identifier.Text && !IsClean(assignment.Right, visited));
    }
}
