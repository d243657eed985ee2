# XCJ_STATIC: one xcj without a shared library, from the archives of libcrypto, jansson and the C library.
include(CheckCSourceCompiles)

pkg_check_modules(XCJ_ARCHIVES REQUIRED QUIET jansson libcrypto)
check_linker_flag(C -static-pie XCJ_HAVE_STATIC_PIE)
set(XCJ_STATIC_FLAG -static)
if(XCJ_HAVE_STATIC_PIE)
  set(XCJ_STATIC_FLAG -static-pie)
endif()

set(CMAKE_REQUIRED_LINK_OPTIONS ${XCJ_STATIC_FLAG})
set(CMAKE_REQUIRED_INCLUDES ${XCJ_ARCHIVES_STATIC_INCLUDE_DIRS})
set(CMAKE_REQUIRED_LIBRARIES ${XCJ_ARCHIVES_STATIC_LDFLAGS})
check_c_source_compiles("#include <jansson.h>
#include <openssl/evp.h>
int main(void) { return json_null() == NULL || EVP_sha256() == NULL; }" XCJ_HAVE_ARCHIVES)
if(NOT XCJ_HAVE_ARCHIVES)
  message(FATAL_ERROR "XCJ_STATIC needs libcrypto.a, libjansson.a and the C library's archive (libssl-dev, libjansson-dev, "
    "libc6-dev); CMakeFiles/CMakeError.log has the linker's words")
endif()

# The objects that go into `target`, linked with archives alone.
function(xcj_link_static target)
  foreach(objects ${ARGN})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
  endforeach()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE xcj_flags ${XCJ_ARCHIVES_STATIC_LDFLAGS} Threads::Threads)
  # CMake's own -pie would undo -static-pie.
  set_property(TARGET ${target} PROPERTY POSITION_INDEPENDENT_CODE)
  target_compile_options(${target} PRIVATE -fPIE)
  target_link_options(${target} PRIVATE ${XCJ_STATIC_FLAG})
endfunction()
