// How a static OpenSSL starts. The linker's option --wrap puts these functions in place of OpenSSL's.
//
// It does not read OpenSSL's configuration file: it would be that of Debian's path only, and a node's may require providers and engines that are libraries,
// as in FIPS mode; without them no cryptography works at all.
//
// It does not fill the table of error texts, which takes as long as a signature, before a text is asked for.
//
// Where the kubelet starts the plugin without a cache of passwords, TLS is needed in any case, and OpenSSL's own tables are filled by a thread while .NET
// starts. It ends before the connection needs them.

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>

// Internal functions of OpenSSL 3.0, which the public ones call once at most.
int ossl_err_load_crypto_strings(void);
int ossl_err_load_SSL_strings(void);

int __real_OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings);
void __real_ERR_error_string_n(unsigned long error, char *buffer, size_t length);
const char *__real_ERR_reason_error_string(unsigned long error);

int __wrap_OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
    options &= ~(uint64_t)(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_LOAD_SSL_STRINGS);
    options |= OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_SSL_STRINGS;
    return __real_OPENSSL_init_ssl(options, settings);
}

static void load_texts(void)
{
    ossl_err_load_crypto_strings();
    ossl_err_load_SSL_strings();
}

static void load_texts_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_texts);
}

void __wrap_ERR_error_string_n(unsigned long error, char *buffer, size_t length)
{
    load_texts_once();
    __real_ERR_error_string_n(error, buffer, length);
}

const char *__wrap_ERR_reason_error_string(unsigned long error)
{
    load_texts_once();
    return __real_ERR_reason_error_string(error);
}

static void *prepare(void *argument)
{
    __wrap_OPENSSL_init_ssl(0, NULL);

    // The first context looks up every cipher and digest; what it finds is kept for the others.
    SSL_CTX_free(SSL_CTX_new(TLS_method()));
    return argument;
}

// Signals are for the threads of .NET. Without this thread, as at a limit of processes, everything is only slower.
__attribute__((constructor)) static void start(int count, char **arguments)
{
    (void)arguments;
    if (count > 1)
    {
        return;
    }

    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    if (pthread_create(&thread, NULL, prepare, NULL) == 0)
    {
        pthread_detach(thread);
    }

    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
