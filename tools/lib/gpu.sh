# gpu: a bundle made where there is no GPU, tested and measured where there is one. That machine needs nvcc, CMake, ninja,
# g++, and a Python with numpy, scikit-image and nanobind (CuPy, PyTorch and JAX are used when there); no network.

BUNDLE=$ROOT/build/gpu-bundle
GPU_PYTHON=3.12
GPU_DEBS=(libtbb12 libtbbmalloc2 libtbbbind-2-5 libtbb-dev)
GPU_WHEELS=(pytest pluggy iniconfig pytest-xdist execnet hypothesis sortedcontainers cucim-cu13==26.10.* lazy-loader click)
GPU_LIMIT_MB=60
GPU_BUDGET_S=530

gpu_pack() {
  [ "$(default_preset)" = cuda ] || die "gpu pack: needs nvcc, to build the preset cuda"
  quiet "install into the bundle" pack_prefix
  once "$BUNDLE/.debs" "$(fingerprint "${GPU_DEBS[@]}")" quiet "Debian packages for the bundle" pack_debs
  once "$BUNDLE/.wheels" "$(fingerprint "$GPU_PYTHON" "${GPU_WHEELS[@]}")" quiet "wheels for the bundle" pack_wheels
  local size
  size=$(du -sm "$BUNDLE" | cut -f 1)
  printf 'bundle: %s, %d MB\n' "${BUNDLE#"$ROOT"/}" "$size"
  [ "$size" -le "$GPU_LIMIT_MB" ] || {
    du -am "$BUNDLE" | sort -nr | head -n 20 >&2
    die "gpu pack: the bundle is over $GPU_LIMIT_MB MB"
  }
}

pack_prefix() {
  rm -rf "${BUNDLE:?}/prefix" "${BUNDLE:?}/bin" &&
    cmake --install build/cuda --prefix "$BUNDLE/prefix" --strip &&
    pack_libraries &&
    mkdir -p "$BUNDLE/bin" &&
    strip -o "$BUNDLE/bin/opsin_tests" build/cuda/bin/opsin_tests
}

# What libopsin links beside the C and C++ run times: the codecs are not on that machine.
pack_libraries() {
  local name path
  ldd build/cuda/python/opsin/libopsin.so | while read -r name _ path _; do
    case $name in
      linux-vdso* | ld-linux* | libc.so* | libm.so* | libmvec.so* | libdl.so* | libpthread.so* | libstdc++.so* | libgcc_s.so*) ;;
      *) [ ! -f "$path" ] || cp -L "$path" "$BUNDLE/prefix/lib/$name" ;;
    esac
  done
}

pack_debs() {
  rm -rf "$BUNDLE/debs"
  mkdir -p "$BUNDLE/debs"
  (
    cd "$BUNDLE/debs" || exit
    apt-get download "${GPU_DEBS[@]}" || exit
    for deb in *.deb; do dpkg -x "$deb" . || exit; done
    rm -rf ./*.deb usr/share
  )
}

pack_wheels() {
  rm -rf "$BUNDLE/wheels"
  local arguments=(--no-deps --only-binary=:all: --python-version "$GPU_PYTHON" --implementation cp) platform
  # pip matches each platform tag exactly, so the older ones are named too.
  for platform in manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014 manylinux1; do
    arguments+=(--platform "${platform}_x86_64")
  done
  "$VENV/bin/python" -m pip download --disable-pip-version-check "${arguments[@]}" -d "$BUNDLE/wheels" "${GPU_WHEELS[@]}"
}

# gpu_step SECONDS TITLE COMMAND...: own time limit, cut to what is left of the whole; the output goes to the log.
gpu_step() {
  local limit=$1 title=$2 start=$SECONDS status=0 left
  shift 2
  left=$((GPU_END - SECONDS))
  if [ "$left" -lt 5 ]; then
    GPU_TABLE+=("$(printf '%-28s %-8s' "$title" 'no time')")
    GPU_FAILED=1
    return 0
  fi
  [ "$limit" -le "$left" ] || limit=$left
  printf '\n== %s (at most %d s)\n' "$title" "$limit" | tee -a "$GPU_OUT/gpu.log"
  timeout --kill-after=5 "$limit" "$@" 2>&1 | tee "$GPU_OUT/.step" >>"$GPU_OUT/gpu.log" || status=$?
  tail -n 12 "$GPU_OUT/.step"
  [ "$status" -eq 0 ] || GPU_FAILED=1
  GPU_TABLE+=("$(printf '%-28s %-8s %5d s  %s' "$title" "$([ "$status" -eq 0 ] && echo ok || echo "rc $status")" \
    $((SECONDS - start)) "$(last_line "$GPU_OUT/.step")")")
}

gpu_run() {
  [ -d "$BUNDLE/prefix" ] || die "gpu run: no bundle in ${BUNDLE#"$ROOT"/}: run 'tools/dev gpu pack' first"
  local python site=$ROOT/build/gpu-site extension=$ROOT/build/gpu-python jobs
  python=$(host_python)
  jobs=$(nproc)
  GPU_OUT=${OUT:-$ROOT/build/gpu-out}
  GPU_END=$((SECONDS + GPU_BUDGET_S))
  GPU_TABLE=()
  GPU_FAILED=0
  mkdir -p "$GPU_OUT"
  nvidia-smi | tee "$GPU_OUT/gpu.log" | sed -n '1,15p'

  local libraries=$BUNDLE/prefix/lib:$BUNDLE/debs/usr/lib/x86_64-linux-gnu
  export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export PYTHONPATH=$extension/python:$site${PYTHONPATH:+:$PYTHONPATH}
  export PYTHONUNBUFFERED=1

  gpu_step 60 "wheels" "$python" -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --upgrade \
    --target "$site" "$BUNDLE"/wheels/*.whl
  gpu_step 60 "configure the extension" cmake -G Ninja -S python -B "$extension" -DCMAKE_BUILD_TYPE=Release \
    "-DPython_EXECUTABLE=$python" "-Dopsin_DIR=$BUNDLE/prefix/lib/cmake/opsin" \
    "-DCMAKE_PREFIX_PATH=$BUNDLE/debs/usr"
  gpu_step 120 "build the extension" cmake --build "$extension" --parallel "$jobs"
  gpu_step 30 "versions" "$python" -m opsin
  gpu_step 60 "smoke" "$python" tests/cuda/smoke.py
  gpu_step 200 "pytest -m cuda" "$python" -m pytest -q -m cuda -n 8 -p no:cacheprovider tests/conformance tests/python \
    tests/slides/test_loader.py
  gpu_step 300 "benchmarks" "$python" -m benchmarks.run --device cuda --limit 150 --extras
  # doctest calls an empty selection a success.
  gpu_step 10 "C++ tests named cuda" bash -c '"$1" "--test-case=*cuda*" --count | grep "filters: [1-9]"' - \
    "$BUNDLE/bin/opsin_tests"
  # The tests run out of memory on purpose, which is no error to report.
  gpu_step 60 "memcheck, C++" compute-sanitizer --tool memcheck --report-api-errors no --error-exitcode 1 \
    "$BUNDLE/bin/opsin_tests" '--test-case=*cuda*'
  gpu_step 60 "racecheck, C++" compute-sanitizer --tool racecheck --error-exitcode 1 \
    "$BUNDLE/bin/opsin_tests" '--test-case=*cuda*'
  gpu_step 60 "memcheck, Python" compute-sanitizer --tool memcheck --error-exitcode 1 "$python" tests/cuda/smoke.py

  rm -f "$GPU_OUT/.step"
  find benchmarks/results -maxdepth 1 -type f -newer "$BUNDLE/bin/opsin_tests" -exec cp {} "$GPU_OUT" \; 2>/dev/null || true
  printf '\n'
  printf '%s\n' "${GPU_TABLE[@]}" | tee "$GPU_OUT/summary.txt"
  return "$GPU_FAILED"
}
