namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The directory that contains the <c>.aws</c> directory of AWS tools.</summary>
internal static class HomeDirectory
{
    /// <summary>
    /// <c>HOME</c>, or the user's entry in the password database, because a service often has no <c>HOME</c>; <c>/</c> for a user without an entry.
    /// <see langword="null"/> if <c>HOME</c> is not an absolute path: the working directory is never searched, because anyone may have written it.
    /// </summary>
    public static string? Find(Func<string, string?> environment) =>
        (environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify)) is { } home
            && Path.IsPathFullyQualified(home)
            ? home
            : null;

    /// <summary>The absolute path that a setting names. A relative one would be read from the working directory, which anyone may have written.</summary>
    /// <param name="environment">The environment: the value of a variable, or <see langword="null"/> if it is not set or empty.</param>
    /// <param name="setting">The path and where it is set.</param>
    /// <exception cref="EcrCredentialException">The path is relative.</exception>
    public static string Resolve(Func<string, string?> environment, AwsSetting setting) =>
        Expand(environment, setting.Value) is var path && Path.IsPathFullyQualified(path) ? path : throw setting.Invalid("an absolute path");

    /// <summary>The path with the home directory in place of <c>~</c>, which only a shell replaces.</summary>
    public static string Expand(Func<string, string?> environment, string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) && Find(environment) is { } home ? Path.Join(home, path.AsSpan(2)) : path;
}
