# How the operations' sources are compiled for each target.

set(opsin_warnings -Wall -Wextra -Wno-psabi)
set(opsin_sanitize "")
set(opsin_optimize -O3)
if(OPSIN_SANITIZE)
  set(opsin_optimize -O1)  # For the time it takes to compile.
  set(opsin_sanitize -fsanitize=${OPSIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
endif()

# Contraction is off: functors say fma where they mean it, so a float64 result is the same on every target.
set(opsin_op_flags ${opsin_optimize} -fno-math-errno -fno-trapping-math -ffp-contract=off -fvisibility=hidden
                   -fvisibility-inlines-hidden)

# Of archives, nothing is exported. Some compilers link the C++ library statically. Of a copy that libopsin exports, the
# loader takes some objects from whatever copy the process has already (NumPy's) and the rest from this one: facets of
# locales then have wrong places, and the first number in an error message crashes.
set(opsin_private_archives LINKER:--exclude-libs,ALL)

# Core and targets refuse each other unless they were built from the same interfaces.
file(GLOB opsin_interfaces CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/opsin/*.h ${PROJECT_SOURCE_DIR}/src/core/*.h)
list(FILTER opsin_interfaces EXCLUDE REGEX "/opsin/(slide|io|loader)\\.h$")  # The reader is in the core alone.
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/generated/opsin_build_id.h
  COMMAND ${CMAKE_COMMAND} -DOUT=${PROJECT_BINARY_DIR}/generated/opsin_build_id.h -DVERSION=${PROJECT_VERSION}
          "-DFILES=${opsin_interfaces}" -P ${PROJECT_SOURCE_DIR}/cmake/build_id.cmake
  DEPENDS ${opsin_interfaces} ${PROJECT_SOURCE_DIR}/cmake/build_id.cmake
  VERBATIM)
add_custom_target(opsin_build_id DEPENDS ${PROJECT_BINARY_DIR}/generated/opsin_build_id.h)

# What nearly every source includes of the standard library takes longer to read than most operations take to compile.
# It is read once for each target, so that a change to a header of ours costs no more than before. Sources include what
# they use all the same: the sanitizers' builds, and others' compilers, go without.
set(opsin_read_once <algorithm> <array> <atomic> <bit> <cmath> <complex> <cstdint> <cstring> <functional> <limits> <map>
                    <memory> <mutex> <optional> <span> <string> <utility> <vector>)

# opsin_precompile(TARGET [HEADER...]): and these headers too.
function(opsin_precompile target)
  if(NOT OPSIN_SANITIZE)
    target_precompile_headers(${target} PRIVATE ${opsin_read_once} ${ARGN})
  endif()
endfunction()

function(opsin_op_objects name level sources)
  add_library(${name} OBJECT ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src
                                             ${PROJECT_BINARY_DIR}/generated)
  target_compile_options(${name} PRIVATE ${opsin_warnings} ${opsin_op_flags} ${opsin_sanitize} -march=x86-64-${level})
  target_compile_definitions(${name} PRIVATE OPSIN_TARGET=x86_64_${level} HWY_DISABLE_PCLMUL_AES)
  target_link_libraries(${name} PRIVATE hwy::hwy)
  opsin_precompile(${name} <hwy/cache_control.h> <hwy/highway.h>)
  add_dependencies(${name} opsin_build_id)
endfunction()

function(opsin_baseline library level sources)
  opsin_op_objects(opsin_ops_${level} ${level} "${sources}")
  target_compile_definitions(opsin_ops_${level} PRIVATE OPSIN_BASELINE)
  target_sources(${library} PRIVATE $<TARGET_OBJECTS:opsin_ops_${level}>)
endfunction()

function(opsin_cpu_target level sources)
  opsin_op_objects(opsin_ops_${level} ${level} "${sources};${PROJECT_SOURCE_DIR}/src/core/target_entry.cpp")
  add_library(opsin_x86_64_${level} MODULE $<TARGET_OBJECTS:opsin_ops_${level}>)
  target_link_libraries(opsin_x86_64_${level} PRIVATE opsin mvec)
  target_link_options(opsin_x86_64_${level} PRIVATE ${opsin_sanitize} ${opsin_private_archives})
  set_target_properties(opsin_x86_64_${level} PROPERTIES BUILD_RPATH "$ORIGIN" INSTALL_RPATH "$ORIGIN" LINKER_LANGUAGE CXX)
  set_property(GLOBAL APPEND PROPERTY opsin_target_modules opsin_x86_64_${level})
endfunction()
