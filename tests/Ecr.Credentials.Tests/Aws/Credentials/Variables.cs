namespace Ecr.Credentials.Tests.Aws.Credentials;

/// <summary>A private environment for a test.</summary>
internal static class Variables
{
    public static Func<string, string?> Of(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    public static Func<string, string?> Of(IReadOnlyDictionary<string, string> variables) => name => variables.GetValueOrDefault(name);
}
