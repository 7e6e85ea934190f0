# CMake toolchain file that compiles .NET's OpenSSL shim for another architecture, with the headers that the release links with. shim/release/build sets both in the
# environment: TARGET_CPU (x86_64, aarch64) and TARGET_SYSROOT.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR $ENV{TARGET_CPU})
set(CMAKE_SYSROOT $ENV{TARGET_SYSROOT})
set(CMAKE_C_COMPILER_TARGET $ENV{TARGET_CPU}-linux-gnu)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-fuse-ld=lld -static")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_BUILD_TYPE Release)

# The executable must not contain a path, because its bytes must not depend on the build directory.
set(CMAKE_C_FLAGS_INIT "-Wno-unused-value -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")

# .NET's build sets this variable without using it; CMake would warn.
set(CLR_CMAKE_TARGET_UNIX "${CLR_CMAKE_TARGET_UNIX}")
