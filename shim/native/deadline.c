// The deadline of the process. A timer of the kernel costs two system calls; a thread that waits would cost a tenth of the time in which a cached password
// is read. .NET allows no code of its own in a signal handler.

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <unistd.h>

struct text
{
    const char *bytes;
    size_t length;
};

// For standard output and standard error when the time is over, and for standard error when .NET aborts.
static volatile struct text texts[3];
static volatile sig_atomic_t is_armed;

// Only what the stream takes without blocking. Texts are shorter than what a pipe that is ready takes.
static void put(int descriptor, const volatile struct text *text)
{
    struct pollfd status = {.fd = descriptor, .events = POLLOUT};
    if (text->length > 0 && poll(&status, 1, 0) > 0)
    {
        (void)!write(descriptor, text->bytes, text->length);
    }
}

static void expire(int signal)
{
    (void)signal;
    put(STDOUT_FILENO, &texts[0]);
    put(STDERR_FILENO, &texts[1]);
    _exit(1);
}

// Sets what is written to standard output (1) or standard error (2) when the time is over, or to standard error when .NET aborts (3). The bytes must stay
// where they are.
void deadline_set_text(int number, const char *bytes, size_t length)
{
    texts[number - 1].length = 0;
    texts[number - 1].bytes = bytes;
    texts[number - 1].length = length;
}

// .NET aborts where it cannot start a thread or load a library of the system.
static void fail(int signal)
{
    (void)signal;
    put(STDERR_FILENO, &texts[2]);
    _exit(1);
}

// Before it aborts, .NET prints a stack trace, which the line above replaces. The linker's option --wrap puts this function in place of .NET's.
void __real_SystemNative_LogError(uint8_t *buffer, int32_t length);

void __wrap_SystemNative_LogError(uint8_t *buffer, int32_t length)
{
    if (!is_armed)
    {
        __real_SystemNative_LogError(buffer, length);
    }
}

void deadline_arm(int milliseconds)
{
    struct sigaction action = {.sa_handler = expire};
    struct itimerval timer = {.it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000}};
    struct sigaction aborted = {.sa_handler = fail};
    is_armed = 1;
    sigaction(SIGABRT, &aborted, NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}
