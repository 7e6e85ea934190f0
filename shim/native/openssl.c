// What a static OpenSSL does not do when it starts. The linker's option --wrap puts these functions in place of OpenSSL's.
//
// It does not read OpenSSL's configuration file: it would be that of Debian's path only, and a node's may require providers and engines that are libraries,
// as in FIPS mode; without them no cryptography works at all.
//
// It does not fill the table of error texts, which takes as long as a signature, before a text is asked for.

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>

// Internal functions of OpenSSL 3.0, which the public ones call once at most.
int ossl_err_load_crypto_strings(void);
int ossl_err_load_SSL_strings(void);

int __real_OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings);
void __real_ERR_error_string_n(unsigned long error, char *buffer, size_t length);
const char *__real_ERR_reason_error_string(unsigned long error);

int __wrap_OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
    options &= ~(uint64_t)(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_LOAD_SSL_STRINGS);
    options |= OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_SSL_STRINGS;
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
