# `cmake --install`: a C++ prefix with find_package(opsin). The Python wheel takes the component "python" alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

get_property(modules GLOBAL PROPERTY opsin_target_modules)
if(SKBUILD)
  # A wheel has no symbolic links: only the name that everything links to.
  install(TARGETS opsin ${modules} LIBRARY DESTINATION opsin NAMELINK_SKIP)
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
