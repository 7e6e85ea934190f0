using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Ecr.Credentials.Interop;
using Ecr.Credentials.Text;
using Microsoft.Win32.SafeHandles;

namespace Ecr.Credentials.Tokens.Files;

/// <summary>Opens a directory component by component, so that no other user can choose what is opened, and then files in it.</summary>
/// <remarks>
/// A symbolic link is followed only in directories that no other user can write. Below the first one that others can write, such as <c>/tmp</c>, someone
/// else may have put it there. Missing directories are created with mode 0700, whatever the umask is.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static class LinuxDirectory
{
    private const int ReadWrite = 0x2; // O_RDWR
    private const int Create = 0x40; // O_CREAT
    private const int Exclusive = 0x80; // O_EXCL
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int PathOnly = 0x200000; // O_PATH

    private const int NotFound = 2; // ENOENT
    private const int NotADirectory = 20; // ENOTDIR
    private const int IsALink = 40; // ELOOP
    private const int WouldBlock = 11; // EWOULDBLOCK

    private const int LockExclusively = 2 | 4; // LOCK_EX | LOCK_NB

    private const uint OwnerOnly = 0x180; // 0600
    private const uint OwnerOnlyDirectory = 0x1c0; // 0700

    // The kernel's own limit: https://man7.org/linux/man-pages/man7/path_resolution.7.html
    private const int MaxLinks = 40;

    // These two differ between architectures.
    private static int DirectoryOnly => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    private static int NoFollow => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Opens a directory; creates it, and those above it, if it does not exist.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="IOException">The directory cannot be opened or created, or a symbolic link is in the way.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "Each is disposed when the next one takes its place.")]
    public static SafeFileHandle Open(string path)
    {
        var rest = new Stack<string>(Split(path).Reverse());
        var links = 0;
        var current = OpenRoot();
        try
        {
            var isExposed = IsExposed(current);
            while (rest.TryPop(out var name))
            {
                if (TryOpenDirectory(current, name) is { } next)
                {
                    current.Dispose();
                    current = next;
                    isExposed |= IsExposed(current);
                    continue;
                }

                // The last component must be the directory itself.
                var target = rest.Count > 0 ? ReadLink(current, name) : null;
                if (target is null || isExposed || ++links > MaxLinks)
                {
                    throw new IOException($"{MessageText.Quote(name)} is a symbolic link or not a directory");
                }

                if (target.StartsWith('/'))
                {
                    current.Dispose();
                    current = OpenRoot();
                }

                foreach (var component in Split(target).Reverse())
                {
                    rest.Push(component);
                }
            }

            return current;
        }
        catch
        {
            current.Dispose();
            throw;
        }
    }

    /// <summary>Opens a new file that only the current user can access.</summary>
    /// <exception cref="IOException">The file exists, or cannot be created.</exception>
    public static SafeFileHandle CreateFile(SafeFileHandle directory, string name) =>
        OpenFile(directory, name, Create | Exclusive) ?? throw Failure();

    /// <summary>Locks a file, which is created if it does not exist. The lock ends with the process, or when the file is closed.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The name of the file.</param>
    /// <param name="file">The locked file; <see langword="null"/> if it is locked already, or cannot be opened.</param>
    /// <returns>False if it is locked already.</returns>
    public static bool TryLock(SafeFileHandle directory, string name, out SafeFileHandle? file)
    {
        file = OpenFile(directory, name, Create);
        if (file is null || LibC.Lock(file, LockExclusively) == 0)
        {
            return true;
        }

        var isLocked = Marshal.GetLastPInvokeError() == WouldBlock;
        file.Dispose();
        file = null;
        return !isLocked;
    }

    /// <exception cref="IOException">The file cannot be renamed.</exception>
    public static void Rename(SafeFileHandle directory, string from, string to)
    {
        if (LibC.RenameAt(directory, LibC.NullTerminated(from), directory, LibC.NullTerminated(to)) != 0)
        {
            throw Failure();
        }
    }

    /// <summary>Deletes a file if it exists and can be deleted.</summary>
    public static bool Delete(SafeFileHandle directory, string name) => LibC.UnlinkAt(directory, LibC.NullTerminated(name), flags: 0) == 0;

    private static string[] Split(string path) => [.. path.Split('/').Where(component => component is not ("" or "."))];

    private static SafeFileHandle OpenRoot() => TryOpen(LibC.CurrentDirectory, "/", PathOnly | DirectoryOnly) ?? throw Failure();

    private static SafeFileHandle? TryOpenDirectory(SafeFileHandle parent, string name)
    {
        var flags = PathOnly | DirectoryOnly | NoFollow;
        var opened = TryOpen((int)parent.DangerousGetHandle(), name, flags);
        if (opened is null && Marshal.GetLastPInvokeError() == NotFound)
        {
            // Another process may be creating it too.
            _ = LibC.CreateDirectoryAt((int)parent.DangerousGetHandle(), LibC.NullTerminated(name), OwnerOnlyDirectory);
            opened = TryOpen((int)parent.DangerousGetHandle(), name, flags);
        }

        return opened ?? (Marshal.GetLastPInvokeError() is NotADirectory or IsALink ? null : throw Failure());
    }

    // Non-blocking, because opening a named pipe would block.
    private static SafeFileHandle? OpenFile(SafeFileHandle directory, string name, int flags) =>
        TryOpen((int)directory.DangerousGetHandle(), name, ReadWrite | NoFollow | NonBlocking | flags);

    private static SafeFileHandle? TryOpen(int directory, string name, int flags)
    {
        var descriptor = LibC.OpenAt(directory, LibC.NullTerminated(name), flags | CloseOnExec, OwnerOnly);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
    }

    private static string? ReadLink(SafeFileHandle directory, string name)
    {
        Span<byte> buffer = stackalloc byte[4096]; // PATH_MAX
        var length = LibC.ReadLinkAt(
            (int)directory.DangerousGetHandle(), LibC.NullTerminated(name), ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
        return length > 0 ? Encoding.UTF8.GetString(buffer[..(int)length]) : null;
    }

    private static bool IsExposed(SafeFileHandle directory) => FileOwnership.Of(directory) is not { IsWritableByOthers: false };

    private static IOException Failure() => new(Marshal.GetLastPInvokeErrorMessage());
}
