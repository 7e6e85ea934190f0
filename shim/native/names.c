// The name services of a static executable. /etc/nsswitch.conf may name modules of the system, such as resolve, sss or mdns4_minimal, which are libraries for
// the system's C library. Only the two that are part of this executable's C library may be asked, as Go's resolver does. The name server that
// /etc/resolv.conf names, such as the stub of systemd-resolved, knows what the modules know.
// https://sourceware.org/glibc/manual/latest/html_node/NSS-Configuration-File.html

#include <nss.h>

__attribute__((constructor)) static void configure(void)
{
    __nss_configure_lookup("hosts", "files dns");
    __nss_configure_lookup("passwd", "files");
    __nss_configure_lookup("group", "files");
    __nss_configure_lookup("initgroups", "files");
}
