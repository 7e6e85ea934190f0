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

    /// <summary>The path with the home directory in place of <c>~</c>, which only a shell replaces.</summary>
    public static string Expand(Func<string, string?> environment, string path) =>
        path.StartsWith("~/", StringComparison.Ordinal) && Find(environment) is { } home ? Path.Join(home, path.AsSpan(2)) : path;
}
