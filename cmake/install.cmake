# What `cmake --install` puts where, by the components that package.cmake makes Debian packages of: libxcj and libxcj-jwt
# (shared libraries), libxcj-dev (what is needed to build with them), xcj (the command and all that names no component).
include(CMakePackageConfigHelpers)

set(XCJ_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/xcj)

# The libraries, and what they export to CMake.
install(TARGETS xcj EXPORT xcj LIBRARY COMPONENT libxcj NAMELINK_COMPONENT libxcj-dev)
install(TARGETS xcj_static EXPORT xcj ARCHIVE COMPONENT libxcj-dev)
set(XCJ_HEADERS_LEFT_OUT PATTERN libjwt.h EXCLUDE PATTERN jansson.h EXCLUDE)
if(TARGET xcj_jwt)
  install(TARGETS xcj_jwt EXPORT xcj LIBRARY COMPONENT libxcj-jwt NAMELINK_COMPONENT libxcj-dev)
  set(XCJ_HEADERS_LEFT_OUT "")
endif()
install(EXPORT xcj NAMESPACE xcj:: FILE xcj-targets.cmake DESTINATION ${XCJ_CMAKE_DIR} COMPONENT libxcj-dev)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libxcj-dev ${XCJ_HEADERS_LEFT_OUT})

configure_package_config_file(cmake/xcj-config.cmake.in xcj-config.cmake INSTALL_DESTINATION ${XCJ_CMAKE_DIR}
  NO_SET_AND_CHECK_MACRO)
# While the major number is 0, a new minor number may break programs (docs/packaging.md).
write_basic_package_version_file(xcj-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/xcj-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/xcj-config-version.cmake
  DESTINATION ${XCJ_CMAKE_DIR} COMPONENT libxcj-dev)

# A .pc file finds its prefix from its own place, so that the prefix can be moved. Of /usr, which nobody moves, and of an
# absolute libdir it has the plain name. It is completed at installation, which may be given another prefix.
foreach(dir LIBDIR INCLUDEDIR)
  set(XCJ_PC_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(XCJ_PC_${dir} "${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
set(XCJ_PC_PREFIX "@XCJ_PC_PREFIX@")
set(XCJ_PC_UP "")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH XCJ_PC_UP /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  string(REGEX REPLACE "/$" "" XCJ_PC_UP "${XCJ_PC_UP}")
endif()
# The loader searches neither most prefixes nor, before ldconfig, /usr/local: programs remember where the library is.
set(XCJ_PC_RPATH "@XCJ_PC_RPATH@")
function(xcj_install_pc name)
  configure_file(pkgconfig/${name}.pc.in ${name}.pc.in @ONLY)
  install(CODE "
    set(XCJ_PC_PREFIX \${CMAKE_INSTALL_PREFIX})
    set(XCJ_PC_RPATH \"\")
    if(NOT CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
      set(XCJ_PC_RPATH [[-Wl,-rpath,\${libdir}]])
    endif()
    if(NOT \"${XCJ_PC_UP}\" STREQUAL \"\" AND NOT CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
      set(XCJ_PC_PREFIX [[\${pcfiledir}/${XCJ_PC_UP}]])
    endif()
    configure_file([[${CMAKE_CURRENT_BINARY_DIR}/${name}.pc.in]] [[${CMAKE_CURRENT_BINARY_DIR}/${name}.pc]] @ONLY)"
    COMPONENT libxcj-dev)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT libxcj-dev)
endfunction()
xcj_install_pc(xcj)
if(TARGET xcj_jwt)
  xcj_install_pc(xcj-jwt)
endif()

if(TARGET xcj_command)
  install(TARGETS xcj_command RUNTIME COMPONENT xcj)
endif()
if(TARGET xcj_fetch)
  install(TARGETS xcj_fetch RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/xcj COMPONENT xcj)
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT licence)

if(XCJ_TOP_LEVEL)
  add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -D FOLDER=${CMAKE_BINARY_DIR}
    -P ${CMAKE_CURRENT_SOURCE_DIR}/cmake/uninstall.cmake VERBATIM)
endif()
