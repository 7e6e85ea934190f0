namespace Ecr.Credentials.Shim.Doctor;

/// <summary>What the reader's screen can show.</summary>
/// <param name="HasSymbols">Whether results are symbols, and not words.</param>
/// <param name="HasColors">Whether they are colored.</param>
internal readonly record struct DoctorStyle(bool HasSymbols, bool HasColors)
{
    public static DoctorStyle OfOutput() => Of(!Console.IsOutputRedirected, Environment.GetEnvironmentVariable);

    /// <summary>The style by environment variables: <see href="https://no-color.org"/>.</summary>
    public static DoctorStyle Of(bool isTerminal, Func<string, string?> variable)
    {
        var locale = FirstOf(variable, "LC_ALL", "LC_CTYPE", "LANG") ?? "";
        var isUtf8 = locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase) || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase);
        return new DoctorStyle(isTerminal && isUtf8, isTerminal && FirstOf(variable, "NO_COLOR") is null && variable("TERM") is not ("dumb" or null));
    }

    private static string? FirstOf(Func<string, string?> variable, params string[] names) =>
        names.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
}
