// The name services of a static executable. /etc/nsswitch.conf may name modules of the system, such as resolve, sss or mdns4_minimal, which are libraries for
// the system's C library. Only the two that are part of this executable's C library may be asked, as Go's resolver does. The name server that
// /etc/resolv.conf names, such as the stub of systemd-resolved, knows what the modules know.
// https://sourceware.org/glibc/manual/latest/html_node/NSS-Configuration-File.html
//
// Most runs look up neither a host nor a user, so this is done before the first look-up, in the functions that .NET calls; see the linker's option --wrap.

#include <grp.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>

static void configure(void)
{
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    __nss_configure_lookup("initgroups", "files");
}

static void configure_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
}

#define WRAP(name, parameters, ...)                                                                                                                       \
    int __real_##name parameters;                                                                                                                         \
    int __wrap_##name parameters                                                                                                                          \
    {                                                                                                                                                     \
        configure_once();                                                                                                                                 \
        return __real_##name(__VA_ARGS__);                                                                                                                \
    }

WRAP(getaddrinfo, (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result), node, service, hints, result)
WRAP(getnameinfo, (const struct sockaddr *address, socklen_t length, char *host, socklen_t hostLength, char *service, socklen_t serviceLength, int flags),
     address, length, host, hostLength, service, serviceLength, flags)
WRAP(getpwuid_r, (uid_t user, struct passwd *entry, char *buffer, size_t length, struct passwd **result), user, entry, buffer, length, result)
WRAP(getpwnam_r, (const char *name, struct passwd *entry, char *buffer, size_t length, struct passwd **result), name, entry, buffer, length, result)
WRAP(getgrgid_r, (gid_t group, struct group *entry, char *buffer, size_t length, struct group **result), group, entry, buffer, length, result)
WRAP(getgrouplist, (const char *user, gid_t group, gid_t *groups, int *count), user, group, groups, count)
