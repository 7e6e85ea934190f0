using System.Buffers;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ecr.Credentials.Kubelet.Nodes.Files;

namespace Ecr.Credentials.Kubelet.Nodes.Records;

/// <summary>What set-up has changed on a node, so that exactly that can be undone. Written before the first change and deleted after the last.</summary>
/// <param name="Entries">The files in the order in which they were changed.</param>
/// <param name="Directories">The directories that were created, parents first.</param>
/// <param name="Flags">The words that were added to the flags.</param>
[SupportedOSPlatform("linux")]
internal sealed record SetupRecord(
    IReadOnlyList<SetupRecordEntry> Entries, IReadOnlyList<string> Directories, IReadOnlyList<string> Flags)
{
    /// <summary>Where it is, on every node.</summary>
    public const string Path = "/var/lib/ecr-credential-provider/setup.json";

    private const int Version = 1;

    public static readonly SetupRecord Empty = new([], [], []);

    public static string HashOf(ReadOnlySpan<byte> content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    public static string HashOf(Stream content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";

    /// <summary>
    /// Whether a file that was saved after the kubelet started means what it meant when set-up wrote it, before the kubelet started: only comments, or
    /// what is not about credential providers, were changed. Somebody who changed it, restarted the kubelet and changed it back is not noticed.
    /// </summary>
    public static bool IsUnchangedSince(NodeTree tree, string file, KubeletProcess process)
    {
        if (!tree.IsFile(Path)
            || process.StartedBefore(File.GetLastWriteTimeUtc(tree.HostPath(Path)))
            || tree.ReadBytes(Path) is not { } content
            || Read(content) is not { } record
            || record.Find(file) is not { } entry
            || tree.ReadBytes(file) is not { } now)
        {
            return false;
        }

        return entry.Role == NodeFileRole.Configuration
            ? entry.Meaning is not null && ConfigurationMeaning.HashOf(now) == entry.Meaning
            : record.Flags.Count > 0 && record.Flags.All(Encoding.UTF8.GetString(now).Split((char[]?)null).Contains);
    }

    public SetupRecordEntry? Find(string path) => Entries.FirstOrDefault(entry => entry.Path == path);

    /// <summary>Reads a record; null if it is not one of this version.</summary>
    public static SetupRecord? Read(ReadOnlySpan<byte> content)
    {
        try
        {
            return Read(new Utf8JsonReader(content));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    public byte[] Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteStartArray("files");
            foreach (var entry in Entries)
            {
                writer.WriteStartObject();
                writer.WriteString("path", entry.Path);
                writer.WriteString("role", entry.Role.ToString());
                writer.WriteString("before", entry.Before);
                writer.WriteString("mode", Convert.ToString((int)entry.BeforeMode, 8));
                writer.WriteString("backup", entry.Backup);
                writer.WriteString("after", entry.After);
                writer.WriteString("meaning", entry.Meaning);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteList(writer, "directories", Directories);
            WriteList(writer, "flags", Flags);
            writer.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static SetupRecord? Read(Utf8JsonReader reader)
    {
        var entries = new List<SetupRecordEntry>();
        IReadOnlyList<string> directories = [];
        IReadOnlyList<string> flags = [];
        var version = 0;
        _ = reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            _ = reader.Read();
            switch (name)
            {
                case "version":
                    version = reader.GetInt32();
                    break;
                case "files":
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        entries.Add(ReadEntry(ref reader));
                    }

                    break;
                case "directories":
                    directories = ReadList(ref reader);
                    break;
                case "flags":
                    flags = ReadList(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return version == Version ? new SetupRecord(entries, directories, flags) : null;
    }

    private static List<string> ReadList(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.GetString() ?? "");
        }

        return texts;
    }

    private static SetupRecordEntry ReadEntry(ref Utf8JsonReader reader)
    {
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            _ = reader.Read();
            fields[name] = reader.GetString();
        }

        return new SetupRecordEntry(
            Field("path") ?? throw new FormatException(),
            Enum.TryParse<NodeFileRole>(Field("role"), out var role) ? role : throw new FormatException(),
            Field("before"),
            (UnixFileMode)Convert.ToInt32(Field("mode"), 8),
            Field("backup"),
            Field("after") ?? "",
            Field("meaning"));

        string? Field(string name) => fields.GetValueOrDefault(name);
    }
}
