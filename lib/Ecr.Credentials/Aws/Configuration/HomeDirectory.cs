namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The directory in which AWS tools keep their files.</summary>
internal static class HomeDirectory
{
    /// <summary>
    /// What <c>HOME</c> says, else the user's entry in the password database, because a service often has no <c>HOME</c>; <c>/</c> for a user without
    /// an entry. <see langword="null"/> if <c>HOME</c> is no full path: files are never looked for in the current directory, which anyone may have written.
    /// </summary>
    public static string? Find(Func<string, string?> environment) =>
        (environment("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify)) is { } home
            && Path.IsPathFullyQualified(home)
            ? home
            : null;
}
