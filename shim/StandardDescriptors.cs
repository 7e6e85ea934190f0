using Ecr.Credentials.Interop;

namespace Ecr.Credentials.Shim;

/// <summary>Descriptors 0 to 2, and the signals that writing may raise.</summary>
internal static class StandardDescriptors
{
    private const int GetFlags = 1; // F_GETFD
    private const int ReadOnly = 0; // O_RDONLY
    private const int WriteOnly = 1; // O_WRONLY
    private const int BrokenPipe = 13; // SIGPIPE
    private const int FileSizeExceeded = 25; // SIGXFSZ
    private const int Ignore = 1; // SIG_IGN

    /// <summary>
    /// Occupies the descriptors that the parent closed, so that no file or socket opened later takes their place, and lets a broken pipe and the limit of
    /// the file size fail like other errors. To be called before anything is opened.
    /// </summary>
    /// <remarks>Each is opened in the wrong mode: the stream still fails as a closed one does, with EBADF.</remarks>
    public static void Secure()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        Occupy(0, WriteOnly);
        Occupy(1, ReadOnly);
        Occupy(2, ReadOnly);
        _ = LibC.SetSignalHandler(BrokenPipe, Ignore);
        _ = LibC.SetSignalHandler(FileSizeExceeded, Ignore);
    }

    // The lowest free descriptor is used, which is this one. Without /dev, as in some chroots, a directory does as well.
    private static void Occupy(int descriptor, int mode)
    {
        if (LibC.Control(descriptor, GetFlags) < 0 && LibC.Open(LibC.NullTerminated("/dev/null"), mode) < 0)
        {
            _ = LibC.Open(LibC.NullTerminated("/"), ReadOnly);
        }
    }
}
