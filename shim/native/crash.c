// However the process fails, its parent reads one line and gets an exit code: not a stack trace, not a signal.

#include "deadline.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

static char line[256] = "ecr-credential-provider: ";
static volatile size_t length = sizeof("ecr-credential-provider: ") - 1;
static volatile int is_complete;

static void append(const char *text, size_t count)
{
    for (size_t i = 0; i < count && !is_complete; i++)
    {
        is_complete = text[i] == '\n';
        if (!is_complete && length < sizeof(line) - 1)
        {
            line[length++] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
        }
    }
}

// What .NET writes before it aborts, for example where it cannot start a thread: a line and a stack trace. The linker's option --wrap puts this function
// in place of .NET's.
void __wrap_SystemNative_LogError(uint8_t *text, int32_t count)
{
    append((const char *)text, count > 0 ? (size_t)count : 0);
}

static void fail(int signal)
{
    if (length == sizeof("ecr-credential-provider: ") - 1)
    {
        const char digits[] = {(char)('0' + signal / 10), (char)('0' + signal % 10)};
        append("unexpected error: crashed with signal ", sizeof("unexpected error: crashed with signal ") - 1);
        append(signal < 10 ? digits + 1 : digits, signal < 10 ? 1 : 2);
    }

    if (isatty(STDERR_FILENO))
    {
        line[length++] = '\n';
    }

    if (!deadline_abort())
    {
        (void)!write(STDERR_FILENO, line, length);
    }

    _exit(1);
}

// .NET handles these signals itself where managed code causes them, and otherwise calls the handlers that were there before.
__attribute__((constructor)) static void handle_signals(void)
{
    static const int signals[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV};
    struct sigaction action = {.sa_handler = fail};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
    {
        sigaction(signals[i], &action, NULL);
    }
}
