# How every file is compiled: language, warnings, build types, ccache and mold when they are there.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

# No build type defines NDEBUG: our own asserts stay on in what we ship. Tests are compiled without optimisation in
# every type (they run once, but are compiled often); the code under test has the flags of its type.
set(CMAKE_CXX_FLAGS_DEV "-O1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")

add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wall> $<$<COMPILE_LANGUAGE:CXX>:-Wextra>)
# Two warnings of g++ 12 are noise: -Wmaybe-uninitialized in coroutine frames, -Wrestrict in `"text" + string` (PR 105651).
foreach(flag -Wnon-virtual-dtor -Wshadow=local -Werror=return-type -Werror=switch -Werror=unused-result
             -Wno-missing-field-initializers -Wno-maybe-uninitialized -Wno-restrict)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR NOT flag MATCHES "=local|maybe-uninit|no-restrict")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:${flag}>)
  endif()
endforeach()
add_compile_options(-fno-plt)
add_compile_definitions(_FILE_OFFSET_BITS=64)

if(JANGTEO_SANITIZE)
  add_compile_options(-fsanitize=${JANGTEO_SANITIZE})
  add_link_options(-fsanitize=${JANGTEO_SANITIZE})
  if(JANGTEO_SANITIZE MATCHES undefined)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND JANGTEO_SANITIZE MATCHES thread)
    add_compile_options(-Wno-tsan)  # atomic_thread_fence inside Asio
  endif()
endif()
if(JANGTEO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(JANGTEO_CCACHE ccache)
if(JANGTEO_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths below the source tree are hashed relative to it, so that several work trees share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
                                  CCACHE_NOHASHDIR=1 ${JANGTEO_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endif()
find_program(JANGTEO_MOLD mold)
if(JANGTEO_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
