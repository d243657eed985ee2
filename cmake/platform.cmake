# The differences between linkers and loaders; nothing else in the build names a feature of one system.
option(XCJ_POSIX_ONLY "Use POSIX alone, so that the replacements for features of one system are tested" OFF)
mark_as_advanced(XCJ_POSIX_ONLY)

# How a run path names the folder of the file that holds it.
set(XCJ_ORIGIN "$ORIGIN")
if(APPLE)
  set(XCJ_ORIGIN "@loader_path")
endif()
set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)

# A version script names the versions of symbols. Hidden visibility alone decides what a library exports.
if(NOT XCJ_POSIX_ONLY)
  check_linker_flag(C -Wl,--version-script=${PROJECT_SOURCE_DIR}/lib/xcj.map XCJ_HAVE_VERSION_SCRIPT)
endif()
function(xcj_version_script target map)
  if(XCJ_HAVE_VERSION_SCRIPT)
    target_link_options(${target} PRIVATE -Wl,--version-script=${map})
    set_target_properties(${target} PROPERTIES LINK_DEPENDS ${map})
  endif()
endfunction()

# An installed file has the same run path in the build tree. Otherwise CMake makes room for the change with colons, and the
# loader takes an empty entry for the current directory.
function(xcj_run_path target)
  set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH_USE_LINK_PATH ON)
  # The loader searches /usr anyway, and distributions want no run path there.
  if(ARGC GREATER 1 AND NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND NOT DEFINED CMAKE_INSTALL_RPATH)
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "${ARGV1}")
  endif()
endfunction()
