namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>A directory for the files of one target, created when it is first used.</summary>
/// <param name="name">The name of the directory.</param>
internal sealed class FuzzDirectory(string name)
{
    private static readonly Lazy<DirectoryInfo> Root = new(() => Directory.CreateTempSubdirectory("ecr-fuzz-"));

    public string Path => Root.Value.CreateSubdirectory(name).FullName;

    /// <summary>An environment whose home directory this is.</summary>
    public string? Environment(string variable) => variable == "HOME" ? Path : null;

    /// <summary>Writes a file whose directory may not exist.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string file, ReadOnlySpan<char> text)
    {
        var path = System.IO.Path.Combine(Root.Value.FullName, name, file);
        try
        {
            File.WriteAllBytes(path, FuzzText.Encode(text));
        }
        catch (DirectoryNotFoundException)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, FuzzText.Encode(text));
        }

        return path;
    }

    /// <summary>Deletes the directories of all targets.</summary>
    public static void DeleteAll()
    {
        if (Root.IsValueCreated)
        {
            Root.Value.Delete(recursive: true);
        }
    }
}
