using System.Diagnostics;

namespace Ecr.Credentials.Kubelet.Tests.Plugins;

/// <summary>A directory with executable plugins.</summary>
/// <remarks>
/// A file that this process has open for writing while another thread starts a program cannot be executed until that program has replaced its image
/// ("text file busy"). Another process copies the files, so that this one never holds them open.
/// </remarks>
internal sealed class PluginDirectory : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("plugins-").FullName;

    private string Staging => Path.Combine(_root, "staging");

    /// <summary>Where the files are after <see cref="Finish"/>.</summary>
    public string Files => Path.Combine(_root, "files");

    public static PluginDirectory With(string name, string script)
    {
        var directory = new PluginDirectory();
        directory.Add(name, $"#!/bin/sh\n{script}\n");
        directory.Finish();
        return directory;
    }

    public void Add(string name, string text, string mode = "755") => Add(name, System.Text.Encoding.UTF8.GetBytes(text), mode);

    public void Add(string name, byte[] content, string mode)
    {
        var path = Prepare(name);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        }
    }

    public void AddLink(string name, string target) => File.CreateSymbolicLink(Prepare(name), target);

    public void AddDirectory(string name) => Directory.CreateDirectory(Path.Combine(Staging, name));

    public void Finish()
    {
        using var copy = Process.Start("/bin/cp", ["-a", Staging, Files]);
        copy.WaitForExit();
        Assert.That(copy.ExitCode, Is.Zero);
    }

    /// <summary>A file of its own for each caller, to which plugins write a line for each run.</summary>
    public string CountFile(string name) => Path.Combine(_root, name + ".count");

    public static int Count(string countFile) => File.Exists(countFile) ? File.ReadAllLines(countFile).Length : 0;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string Prepare(string name)
    {
        var path = Path.Combine(Staging, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
