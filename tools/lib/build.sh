# build: CMake presets. CMakeLists.txt compiles through ccache, so a build folder can be thrown away.

find_nvcc() {
  command -v nvcc && return
  local nvcc=${CUDA_HOME:-/usr/local/cuda}/bin/nvcc
  [ -x "$nvcc" ] && printf '%s\n' "$nvcc"
}

default_preset() {
  if [ -n "${OPSIN_PRESET:-}" ]; then
    printf '%s\n' "$OPSIN_PRESET"
  elif find_nvcc >/dev/null; then
    printf 'cuda\n'
  else
    printf 'cpu\n'
  fi
}

# build_preset PRESET [CMAKE_ARGUMENT...]
build_preset() {
  local preset=$1
  shift
  local arguments=("-DPython_EXECUTABLE=$VENV/bin/python" "$@") nvcc
  if [ "$preset" = cuda ]; then
    nvcc=$(find_nvcc) || die "preset cuda: no nvcc in PATH, nor under CUDA_HOME"
    arguments+=("-DCMAKE_CUDA_COMPILER=$nvcc" "-DCMAKE_CUDA_ARCHITECTURES=${OPSIN_CUDA_ARCH:-90}")
  fi
  # Ninja configures again by itself when a CMakeLists.txt changes, but not when the presets or these arguments do.
  local key
  key=$(fingerprint CMakePresets.json "${arguments[@]}")
  once "build/$preset/.configured" "$key" quiet "configure $preset" cmake --preset "$preset" "${arguments[@]}" || return
  NINJA_STATUS="[$preset %f/%t %es] " loud "build $preset" cmake --build "build/$preset" --parallel "$JOBS"
}

# link_venv PRESET: the built package becomes importable in .venv.
link_venv() {
  local site
  site=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  printf '%s\n' "$ROOT/build/$1/python" >"$site/opsin-dev.pth"
}
