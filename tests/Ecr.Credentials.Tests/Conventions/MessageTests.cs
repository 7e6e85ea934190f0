using System.Text.RegularExpressions;
using Ecr.Credentials.Tests.Packaging;

namespace Ecr.Credentials.Tests.Conventions;

/// <summary>Foreign text reaches messages only through <c>MessageText</c>, which quotes, cleans and truncates it.</summary>
public sealed partial class MessageTests
{
    [Test]
    public void Messages_of_other_exceptions_are_cleaned()
    {
        // The messages of the library's own exceptions are clean already.
        var bare =
            from path in Sources()
            from line in File.ReadLines(path).Index()
            where ForeignMessage().IsMatch(line.Item)
            select $"{Path.GetFileName(path)}: {line.Item.Trim()}";

        Assert.That(bare.Where(line => !Own.Any(own => line.Contains(own, StringComparison.Ordinal))), Is.Empty);
    }

    // Exceptions of the library itself.
    private static string[] Own { get; } =
    [
        "EcrCredentialsServiceCollectionExtensions.cs: optionsName, typeof(EcrCredentialProviderOptions)",
        "EcrTokenClient.cs: $\"invalid response from {MessageText.Address(endpoint)}: {e.Message} Check for",
        "ProcessCredentials.cs: $\"{source} printed invalid credentials: {e.Message}. \"",
    ];

    private static IEnumerable<string> Sources() => Repository.Sources("lib/Ecr.Credentials").Concat(Repository.Sources("shim"));

    // A message within an interpolated string.
    [GeneratedRegex(@"\$@?""[^""]*\{(e|exception|failure|cause)\.Message")]
    private static partial Regex ForeignMessage();
}
