# How the part of .NET that calls OpenSSL is compiled for another architecture and an older C library. Read by CMake for shim/release/build,
# which names both in the environment: TARGET_CPU (x86_64, aarch64) and TARGET_SYSROOT.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ENV{TARGET_CPU})
set(CMAKE_SYSROOT $ENV{TARGET_SYSROOT})
set(CMAKE_C_COMPILER_TARGET $ENV{TARGET_CPU}-linux-gnu)
set(CMAKE_EXE_LINKER_FLAGS_INIT -fuse-ld=lld)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_BUILD_TYPE Release)

# No name of a folder may get into the executable, whose bytes shall not depend on where it is built.
set(CMAKE_C_FLAGS_INIT "-Wno-unused-value -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")

# A static OpenSSL does not say what it needs; without these each test for one of its features fails, and the feature is left out silently.
set(CMAKE_C_STANDARD_LIBRARIES "-ldl -lpthread")

# Set by .NET's build and not used by it; CMake would warn.
set(CLR_CMAKE_TARGET_UNIX "${CLR_CMAKE_TARGET_UNIX}")
