# SPDX-License-Identifier: Apache-2.0
#
# Flags that limit the harm of a fault in a shipped library, and that make its bytes independent of the build directory.
# ipcq_harden(target) adds them. tests/abi/hardened.py checks the result. Sanitizers have checks of their own, and gcov
# needs the real paths, so builds with either get none of them.
include(CheckCXXCompilerFlag)
include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)

option(IPCQ_HARDENING "Compile and link the libraries with the flags of cmake/hardening.cmake" ON)
if(IPCQ_SANITIZE OR IPCQ_COVERAGE)
  set(IPCQ_HARDENING OFF)
endif()

set(compile_flags -fstack-protector-strong)
set(link_flags -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  list(APPEND compile_flags -fcf-protection=full)
  # Debian's start files carry no CET note, and the linker writes one only if every input has it. The start files do not
  # change return addresses, so the shadow stack may be announced. They lack landing pads, so IBT may not.
  list(APPEND link_flags -Wl,-z,shstk)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  list(APPEND compile_flags -mbranch-protection=standard)
endif()

# A compiler or linker that does not know a flag does without it.
set(ipcq_hardening_compile "")
foreach(flag ${compile_flags})
  string(MAKE_C_IDENTIFIER "IPCQ_HAS${flag}" known)
  check_cxx_compiler_flag(${flag} ${known})
  if(${known})
    list(APPEND ipcq_hardening_compile ${flag})
  endif()
endforeach()
set(ipcq_hardening_link "")
foreach(flag ${link_flags})
  string(MAKE_C_IDENTIFIER "IPCQ_HAS${flag}" known)
  check_linker_flag(CXX ${flag} ${known})
  if(${known})
    list(APPEND ipcq_hardening_link ${flag})
  endif()
endforeach()

# Level 3 needs a C library and a compiler that know it; others warn. No level works without optimisation.
set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
check_cxx_source_compiles("#include <string.h>
  int main(int argc, char **) { char c[8]; memset(c, 0, static_cast<size_t>(argc)); return c[0]; }" IPCQ_HAS_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
set(ipcq_fortify -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$<IF:$<BOOL:${IPCQ_HAS_FORTIFY_3}>,3,2>)
list(APPEND ipcq_hardening_compile $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${ipcq_fortify}>)

# The last map that fits a path wins, and the build directory is often inside the source tree.
list(APPEND ipcq_hardening_compile
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -ffile-prefix-map=${PROJECT_BINARY_DIR}=./build)

function(ipcq_harden target)
  if(IPCQ_HARDENING)
    target_compile_options(${target} PRIVATE ${ipcq_hardening_compile})
    target_link_options(${target} PRIVATE ${ipcq_hardening_link})
  endif()
endfunction()
