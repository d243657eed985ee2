# Debian packages by CPack: libxcj0, libxcj-jwt0, libxcj-dev and xcj. See docs/packaging.md.
#
#     cmake --preset debian && cmake --build build/debian && (cd build/debian && cpack)

# Debian wants of each package a changelog and a copyright file, and the address of who maintains it.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS cmake/debian/changelog LICENSE)
file(STRINGS cmake/debian/changelog maintainer REGEX "^ -- " LIMIT_COUNT 1)
string(REGEX REPLACE "^ -- (.*>)  .*" "\\1" CPACK_PACKAGE_CONTACT "${maintainer}")
file(READ LICENSE license)
string(REGEX REPLACE "^.*(Copyright[^\n]*)\n\n" "" license "${license}")
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(STRIP "${license}" license)
string(REPLACE "\n" "\n " XCJ_LICENSE_TEXT " ${license}")
configure_file(cmake/debian/copyright.in debian/copyright @ONLY)
execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/cmake/debian/changelog
  OUTPUT_FILE ${PROJECT_BINARY_DIR}/debian/changelog.gz)

# A component as a package: its name, section and description. What each needs of the others follows below.
function(xcj_package component name section summary text)
  string(TOUPPER ${component} key)
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${key}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
  install(FILES ${PROJECT_BINARY_DIR}/debian/copyright ${PROJECT_BINARY_DIR}/debian/changelog.gz
    DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${name} COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

set(about "libxcj turns the authentication of a request at a gateway into one signed
custom JSON Web Token. It verifies tokens, too, and converts keys between JWK
and PEM.
.
This package")
set(CPACK_COMPONENTS_ALL "")
get_target_property(soversion xcj SOVERSION)
xcj_package(libxcj libxcj${soversion} libs "custom JWTs for gateways - shared library"
  "${about} contains the shared library.")
xcj_package(libxcj-dev libxcj-dev libdevel "custom JWTs for gateways - development files"
  "${about} contains what is needed to build programs with it: the headers,
the static library, and files for pkg-config and CMake.")
set(CPACK_COMPONENT_LIBXCJ-DEV_DEPENDS libxcj)
set(CPACK_DEBIAN_LIBXCJ-DEV_PACKAGE_DEPENDS libssl-dev)
if(TARGET xcj_jwt)
  xcj_package(libxcj-jwt libxcj-jwt${soversion} libs "custom JWTs for gateways - bridge to libjwt and jansson"
    "${about} contains the bridge for programs that use libjwt or jansson.")
  set(CPACK_COMPONENT_LIBXCJ-DEV_DEPENDS libxcj libxcj-jwt)
  set(CPACK_COMPONENT_LIBXCJ-JWT_DEPENDS libxcj)
  set(CPACK_DEBIAN_LIBXCJ-DEV_PACKAGE_DEPENDS "libssl-dev, libjwt-dev, libjansson-dev")
endif()
if(TARGET xcj_command)
  xcj_package(xcj xcj utils "mint, verify and convert JSON Web Tokens and their keys"
    "xcj mints signed JSON Web Tokens for tests and for gateways, verifies them
against a key or a JWKS, looks into them, makes keys, and converts keys between
JWK and PEM. It is made for shell scripts: results on standard output, one exit
code for each kind of failure.")
endif()

# The loader's cache follows the shared libraries.
set(CPACK_DEBIAN_LIBXCJ_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
set(CPACK_DEBIAN_LIBXCJ-JWT_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/prepare.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/finish.cmake)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # it would come before that of each package
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR})
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SOURCE libxcj)
include(CPack)
