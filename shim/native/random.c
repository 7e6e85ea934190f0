// .NET reads random numbers from /dev/urandom, which some chroots lack. The kernel gives the same without a file; the linker's option --wrap puts these
// functions in place of .NET's: https://man7.org/linux/man-pages/man2/getrandom.2.html

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

int32_t __real_SystemNative_GetCryptographicallySecureRandomBytes(uint8_t *buffer, int32_t length);
void __real_SystemNative_GetNonCryptographicallySecureRandomBytes(uint8_t *buffer, int32_t length);

// Whether it succeeded. It fails where the kernel is older than 3.17, or a seccomp filter does not know the call.
static int fill(uint8_t *buffer, int32_t length)
{
    int32_t filled = 0;
    while (filled < length)
    {
        ssize_t count = getrandom(buffer + filled, (size_t)(length - filled), 0);
        if (count < 0 && errno != EINTR)
        {
            return 0;
        }

        filled += count < 0 ? 0 : (int32_t)count;
    }

    return 1;
}

int32_t __wrap_SystemNative_GetCryptographicallySecureRandomBytes(uint8_t *buffer, int32_t length)
{
    return fill(buffer, length) ? 0 : __real_SystemNative_GetCryptographicallySecureRandomBytes(buffer, length);
}

// The seed of hash codes.
void __wrap_SystemNative_GetNonCryptographicallySecureRandomBytes(uint8_t *buffer, int32_t length)
{
    if (!fill(buffer, length))
    {
        __real_SystemNative_GetNonCryptographicallySecureRandomBytes(buffer, length);
    }
}
