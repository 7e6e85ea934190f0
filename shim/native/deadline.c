// The deadline of the process. A timer of the kernel costs two system calls; a thread that waits would cost a tenth of the time in which a cached password
// is read. .NET allows no code of its own in a signal handler.

#include "deadline.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

struct text
{
    const char *bytes;
    size_t length;
};

// For standard output and standard error when the time is over, and for standard error when .NET aborts.
static volatile struct text texts[3];

// Only what the stream takes without blocking, if the kernel can say so. Texts are shorter than what a pipe that is ready takes.
static void put(int descriptor, const volatile struct text *text)
{
    struct pollfd status = {.fd = descriptor, .events = POLLOUT};
    if (text->length > 0 && poll(&status, 1, 0) != 0)
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

int deadline_abort(void)
{
    put(STDOUT_FILENO, &texts[0]);
    put(STDERR_FILENO, &texts[2]);
    return texts[2].bytes != NULL;
}

void deadline_arm(int milliseconds)
{
    struct sigaction action = {.sa_handler = expire};
    struct itimerval timer = {.it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}
