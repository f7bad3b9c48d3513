# The slide reader: plain C++ in libopsin, compiled once. Its libraries are found through pkg-config, which Debian and
# Ubuntu ship files for; CMake's own modules know only half of them.
find_package(PkgConfig REQUIRED)
pkg_check_modules(opsin_io_libraries REQUIRED IMPORTED_TARGET GLOBAL libjpeg libopenjp2 libdeflate libisal libzstd libwebp
                  liblzma libpng pugixml)

file(GLOB_RECURSE io_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/io/*.cpp)
list(FILTER io_sources EXCLUDE REGEX "_test\\.cpp$")
target_sources(opsin PRIVATE ${io_sources})
target_link_libraries(opsin PRIVATE PkgConfig::opsin_io_libraries)
