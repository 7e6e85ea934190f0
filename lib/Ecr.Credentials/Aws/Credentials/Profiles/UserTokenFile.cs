using System.Globalization;
using System.Text.Json;
using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Aws.Credentials.Profiles;

/// <summary>
/// Rewrites the JSON files in which AWS tools store the tokens of a user. Other tools may read them at any time and add members of their own.
/// </summary>
internal static class UserTokenFile
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Replaces the file as a whole, readable by its owner only.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="write">Writes the members of the new object; is given the old one.</param>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">Reading or writing the file is not permitted.</exception>
    /// <exception cref="JsonException">The file is not a JSON object.</exception>
    public static void Rewrite(string path, Action<JsonElement, Utf8JsonWriter> write)
    {
        using var document = JsonText.Parse(LimitedFile.ReadAllBytes(path, LimitedFile.MaxLength));
        using var buffer = new MemoryStream();
        try
        {
            using var json = new Utf8JsonWriter(buffer);
            json.WriteStartObject();
            write(document.RootElement, json);
            json.WriteEndObject();
        }
        catch (InvalidOperationException e)
        {
            // Half of a surrogate pair, which the parser accepts.
            throw new JsonException("The file contains invalid text.", e);
        }

        Replace(path, buffer.ToArray());
    }

    /// <summary>Writes the members of an object that are not replaced.</summary>
    /// <exception cref="JsonException">The element is not an object.</exception>
    public static void WriteMembersExcept(this Utf8JsonWriter json, JsonElement element, params ReadOnlySpan<string> replaced)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The file is not an object.");
        }

        foreach (var member in element.EnumerateObject())
        {
            if (!replaced.Contains(member.Name))
            {
                member.WriteTo(json);
            }
        }
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset time) =>
        json.WriteString(name, time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));

    private static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var stream = new FileStream(temporary, options))
            {
                stream.Write(content);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
