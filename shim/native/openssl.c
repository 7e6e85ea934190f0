// A static OpenSSL does not read OpenSSL's configuration file: it would be that of Debian's path only, and a node's may require providers and engines that
// are libraries, as in FIPS mode; without them no cryptography works at all. The linker's option --wrap puts this function in place of OpenSSL's.

#include <openssl/ssl.h>

int __real_OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings);

int __wrap_OPENSSL_init_ssl(uint64_t options, const OPENSSL_INIT_SETTINGS *settings)
{
    options &= ~(uint64_t)OPENSSL_INIT_LOAD_CONFIG;
    return __real_OPENSSL_init_ssl(options | OPENSSL_INIT_NO_LOAD_CONFIG, settings);
}
