// A static executable loads no libraries: those of the system are for the system's C library, and a second one in a process corrupts memory. .NET tries to
// load GSSAPI, and OpenSSL the providers and engines that its configuration file names. To both it looks as if they were not installed.

#include <dlfcn.h>
#include <stddef.h>

void *dlopen(const char *file, int mode)
{
    (void)file;
    (void)mode;
    return NULL;
}

void *dlsym(void *restrict handle, const char *restrict name)
{
    (void)handle;
    (void)name;
    return NULL;
}

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}

char *dlerror(void)
{
    return "a static executable loads no libraries";
}
