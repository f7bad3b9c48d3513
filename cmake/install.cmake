# `cmake --install`: a C++ prefix with find_package(opsin). The Python wheel takes the component "python" alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY opsin_target_modules)
if(SKBUILD)
  # A wheel has no symbolic links: only the name that everything links to.
  install(TARGETS opsin ${modules} LIBRARY DESTINATION opsin NAMELINK_SKIP)
  # It brings along what libopsin links, but for the C and C++ run times: TBB and the codecs are no part of a usual system.
  # They lie beside libopsin. A run path of the old kind (DT_RPATH) serves them too when they look for each other; the new
  # kind serves only the library that carries it.
  target_link_options(opsin PRIVATE LINKER:--disable-new-dtags)
  install(CODE [[
    file(GET_RUNTIME_DEPENDENCIES LIBRARIES "$<TARGET_FILE:opsin>" RESOLVED_DEPENDENCIES_VAR found
         PRE_EXCLUDE_REGEXES "^ld-linux" "^lib(c|m|mvec|dl|rt|pthread|gcc_s|stdc[+][+])[.]so")
    foreach(library IN LISTS found)
      get_filename_component(name "${library}" NAME)
      file(REAL_PATH "${library}" real)
      file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/opsin" TYPE PROGRAM FILES "${real}" RENAME "${name}")
    endforeach()
  ]])
else()
  install(TARGETS opsin EXPORT opsin-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  if(modules)
    install(TARGETS ${modules} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
  install(DIRECTORY include/opsin DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT opsin-targets NAMESPACE opsin:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/opsin)
  configure_package_config_file(cmake/opsin-config.cmake.in ${PROJECT_BINARY_DIR}/generated/opsin-config.cmake
                                INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/opsin)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/generated/opsin-config-version.cmake
                                   COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/generated/opsin-config.cmake ${PROJECT_BINARY_DIR}/generated/opsin-config-version.cmake
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/opsin)
endif()
