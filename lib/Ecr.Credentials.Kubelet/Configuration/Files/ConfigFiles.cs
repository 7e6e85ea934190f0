using System.Buffers.Binary;
using System.Security.Cryptography;
using Ecr.Credentials.Kubelet.Configuration.Decoding;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Files;

/// <summary>Reads the file, or the files of the directory, that the kubelet is given.</summary>
/// <param name="workingDirectory">What relative paths are relative to; null for the process's working directory.</param>
internal sealed class ConfigFiles(string? workingDirectory)
{
    /// <summary>No configuration is larger; a file that is would be something else.</summary>
    public const int MaxFileLength = 1 << 20;

    // A directory with more files is not one for configurations.
    private const int MaxFiles = 1000;

    /// <summary>Reads and merges.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="config">What was read; null if the kubelet would not start.</param>
    /// <returns>What is wrong; empty if nothing is.</returns>
    public ConfigProblemCollection Read(string path, out CredentialProviderConfig? config)
    {
        config = null;
        if (path.Length == 0)
        {
            return Failure(path, "the path of the configuration is empty", "credential provider config path is empty");
        }

        var status = StatusOf(path);
        if (status.Error is { } error)
        {
            return Failure(path, $"cannot read it: {error}", $"unable to access path {GoText.Quote(path)}: stat {path}: {error}");
        }

        if (!status.IsDirectory)
        {
            return Decode(path, [path], isDirectory: false, out config);
        }

        string[] files;
        try
        {
            files = ListFiles(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failure(path, $"cannot list the directory: {MessageText.OneLine(exception.Message)}", $"open {path}: permission denied");
        }

        if (files.Length is 0 or > MaxFiles)
        {
            return files.Length == 0
                ? Failure(
                    path,
                    "the directory has no file that ends in .yaml, .yml or .json",
                    $"no configuration files found in directory {GoText.Quote(path)}")
                : Failure(path, $"the directory has more than {MaxFiles} files", "");
        }

        return Decode(path, files, isDirectory: true, out config);
    }

    /// <summary>Decodes and merges contents that were read before.</summary>
    public static ConfigProblemCollection Merge(string path, IEnumerable<ReadFile> files, bool isDirectory, out CredentialProviderConfig? config)
    {
        config = null;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var documents = new List<DecodedConfig>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<ConfigProblem>();
        var kubeletMessage = "";
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        foreach (var (file, content, error) in files)
        {
            if (content is null)
            {
                Add(
                    [new ConfigProblem(file, 0, 0, $"cannot read it: {error}", $"unable to read file {GoText.Quote(file)}: {error}")],
                    $"unable to read file {GoText.Quote(file)}: {error}");
                continue;
            }

            BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)content.Length);
            hash.AppendData(length);
            hash.AppendData(content);
            var document = ConfigDecoder.Decode(content, file, out var found);
            Add(found, found.KubeletMessage);
            if (document is null)
            {
                continue;
            }

            documents.Add(document);
            foreach (var provider in document.Providers)
            {
                if (!names.Add(provider.Provider.Name) && problems.Count < ConfigProblemCollection.MaxCount)
                {
                    var message = $"duplicate provider name {GoText.Quote(provider.Provider.Name)} found in configuration file(s)";
                    var place = provider.PositionOf("name");
                    Add(
                        [provider.Problem(place, $"the provider name {MessageText.Quote(provider.Provider.Name)} is used twice; rename one", message)],
                        message);
                }
            }
        }

        if (problems.Count > 0)
        {
            return new ConfigProblemCollection(problems, kubeletMessage);
        }

        config = new CredentialProviderConfig(path, isDirectory, documents, $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}");
        return ConfigProblemCollection.None;

        // The kubelet stops at the first problem.
        void Add(IEnumerable<ConfigProblem> found, string message)
        {
            problems.AddRange(found);
            kubeletMessage = kubeletMessage.Length == 0 ? message : kubeletMessage;
        }
    }

    public FileStatus StatusOf(string path) => FileStatus.Of(Resolve(path));

    private string Resolve(string path) => workingDirectory is null ? path : Path.Combine(workingDirectory, path);

    private ConfigProblemCollection Decode(string path, string[] files, bool isDirectory, out CredentialProviderConfig? config) =>
        Merge(path, files.Select(Read), isDirectory, out config);

    private ReadFile Read(string path)
    {
        var status = StatusOf(path);
        if (status.Error is { } error)
        {
            return new ReadFile(path, null, $"open {path}: {error}");
        }

        if (status.IsDirectory)
        {
            return new ReadFile(path, null, $"read {path}: is a directory");
        }

        // The kubelet would wait for a pipe and read from a device without end.
        if (!status.IsRegularFile)
        {
            return new ReadFile(path, null, $"{path} is not a regular file");
        }

        try
        {
            using var file = File.OpenHandle(Resolve(path));
            var content = new byte[MaxFileLength + 1];
            var length = 0;
            for (int read; length < content.Length && (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0; length += read)
            {
            }

            return length > MaxFileLength ? new ReadFile(path, null, $"{path} is larger than 1 MiB") : new ReadFile(path, content[..length], "");
        }
        catch (UnauthorizedAccessException)
        {
            return new ReadFile(path, null, $"open {path}: permission denied");
        }
        catch (IOException exception)
        {
            return new ReadFile(path, null, $"open {path}: {MessageText.OneLine(exception.Message)}");
        }
    }

    private string[] ListFiles(string directory)
    {
        var files = new List<string>();
        foreach (var entry in Directory.EnumerateFileSystemEntries(Resolve(directory)))
        {
            var name = Path.GetFileName(entry);
            var extension = name.LastIndexOf('.') is var dot and >= 0 ? name[dot..] : "";
            if (extension is not (".json" or ".yaml" or ".yml"))
            {
                continue;
            }

            // A link to a directory is not one itself; reading it fails.
            var attributes = File.GetAttributes(entry);
            if (!attributes.HasFlag(FileAttributes.Directory) || attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                files.Add(name);
            }
        }

        files.Sort(GoText.Compare);
        return [.. files.Select(name => GoPath.Join(directory, name))];
    }

    private static ConfigProblemCollection Failure(string path, string message, string kubeletMessage) =>
        new([new ConfigProblem(path, 0, 0, message, kubeletMessage)], kubeletMessage);
}
