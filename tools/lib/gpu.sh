# gpu: a bundle made where there is no GPU, tested and measured where there is one. That machine needs nvcc, CMake, ninja,
# g++, and a Python with numpy, scikit-image and nanobind (CuPy, PyTorch and JAX are used when there); no network.

BUNDLE=$ROOT/build/gpu-bundle  # what travels
GPU_WORK=$ROOT/build/gpu-work  # what a machine with a GPU makes of it, kept from one call to the next
GPU_PYTHON=3.12
GPU_WHEELS=(pytest pluggy iniconfig pytest-xdist execnet hypothesis sortedcontainers)
GPU_PEERS=${OPSIN_GPU_PEERS-cucim-cu13==26.10.* lazy-loader click}
GPU_LIMIT_MB=60
GPU_SECONDS=${OPSIN_GPU_SECONDS:-540}

# Name and weight: a step may take its weight's share of the time that is left, so what one leaves over goes to the next.
GPU_STEPS=(smoke:1 tests:10 cpp:1 bench:8 memcheck-cpp:1 racecheck-cpp:1 memcheck:4 racecheck:4)

gpu_pack() {
  [ "$(default_preset)" = cuda ] || die "gpu pack: needs nvcc, to build the preset cuda"
  local wheels
  read -ra wheels <<<"${GPU_WHEELS[*]} $GPU_PEERS"
  quiet "install for the bundle" pack_prefix build/cuda "$GPU_WORK/pack"
  once "$BUNDLE/.payload" "$(folder_fingerprint "$GPU_WORK/pack")" \
    quiet "compress for the bundle" pack_payload "$GPU_WORK/pack"
  once "$BUNDLE/.wheels" "$(fingerprint "$GPU_PYTHON" "${wheels[@]}")" quiet "wheels for the bundle" pack_wheels "${wheels[@]}"
  pack_size
}

pack_size() {
  local size
  size=$(du -sm "$BUNDLE" | cut -f 1)
  printf 'bundle: %s, %d MB of at most %d MB\n' "${BUNDLE#"$ROOT"/}" "$size" "$GPU_LIMIT_MB"
  [ "$size" -le "$GPU_LIMIT_MB" ] || {
    du -am "$BUNDLE" | sort -nr | head -n 20 >&2
    die "gpu pack: the bundle is over $GPU_LIMIT_MB MB; OPSIN_GPU_PEERS= (empty) leaves out cuCIM, which only bench needs"
  }
}

# pack_prefix BUILD FOLDER: what is installed, the libraries it needs, the C++ tests.
pack_prefix() {
  local build=$1 folder=$2
  rm -rf "$folder" &&
    cmake --install "$build" --prefix "$folder" --strip &&
    pack_libraries "$build" "$folder/lib" &&
    mkdir -p "$folder/bin" &&
    strip -o "$folder/bin/opsin_tests" "$build/bin/opsin_tests"
}

# What libopsin links beside the C and C++ run times: oneTBB and the codecs are not on that machine. oneTBB opens its allocator.
pack_libraries() {
  local name path
  ldd "$1/python/opsin/libopsin.so" | while read -r name _ path _; do
    case $name in
      linux-vdso* | ld-linux* | libc.so* | libm.so* | libmvec.so* | libdl.so* | libpthread.so* | libstdc++.so* | libgcc_s.so*) ;;
      libtbb.so*) cp -L "$path" "${path%/*}/libtbbmalloc.so.2" "$2" || return ;;
      *) [ ! -f "$path" ] || cp -L "$path" "$2/$name" || return ;;
    esac
  done
}

# Of CUDA code xz keeps a quarter; its higher levels gain a tenth more for three times the time.
pack_payload() { mkdir -p "$BUNDLE" && tar -C "$1" -c . | xz -T0 -2 >"$BUNDLE/payload.tar.xz"; }

pack_wheels() {
  rm -rf "$BUNDLE/wheels"
  local arguments=(--no-deps --only-binary=:all: --python-version "$GPU_PYTHON" --implementation cp) platform
  # pip matches each platform tag exactly, so the older ones are named too.
  for platform in manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014 manylinux1; do
    arguments+=(--platform "${platform}_x86_64")
  done
  "$VENV/bin/python" -m pip download --disable-pip-version-check "${arguments[@]}" -d "$BUNDLE/wheels" "$@"
}

# One hash of the names and contents of all files under FOLDER...
folder_fingerprint() { find "$@" -type f -not -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | fingerprint_stdin; }

# gpu_step SECONDS TITLE COMMAND...: own time limit, cut to what is left of the whole; the output goes to the log. Ends by SIGINT
# at first, so that pytest reports what failed before.
gpu_step() {
  local limit=$1 title=$2 start=$SECONDS status=0 left
  shift 2
  left=$((GPU_END - SECONDS))
  if [ "$left" -lt 5 ]; then
    GPU_TABLE+=("$(printf '%-28s %-8s' "$title" 'no time')")
    GPU_FAILED=1
    return 1
  fi
  [ "$limit" -le "$left" ] || limit=$left
  printf '\n== %s (at most %d s)\n' "$title" "$limit" | tee -a "$GPU_OUT/gpu.log"
  timeout --signal=INT --kill-after=8 "$limit" "$@" 2>&1 | tee "$GPU_OUT/.step" >>"$GPU_OUT/gpu.log" || status=$?
  tail -n 12 "$GPU_OUT/.step"
  [ "$status" -eq 0 ] || GPU_FAILED=1
  GPU_TABLE+=("$(printf '%-28s %-8s %5d s  %s' "$title" "$([ "$status" -eq 0 ] && echo ok || echo "rc $status")" \
    $((SECONDS - start)) "$(last_line "$GPU_OUT/.step")")")
  return "$status"
}

# gpu_prepare KEY SECONDS TITLE COMMAND...: a step that is done already where it was with the same KEY.
gpu_prepare() {
  local key=$1
  shift
  once "$GPU_WORK/.$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$2")" "$key" gpu_step "$@"
}

# What STEP... stands for, one a line: `name:weight:pattern`.
gpu_plan() {
  local wanted name step found
  [ $# -gt 0 ] || set -- "${GPU_STEPS[@]%:*}"
  for wanted in "$@"; do
    name=${wanted%%:*}
    found=
    for step in "${GPU_STEPS[@]}"; do
      [ "$name" = "${step%:*}" ] || { [ "$name" = sanitize ] && [[ $step = *check* ]]; } || continue
      printf '%s:%s\n' "$step" "$([ "$name" = "$wanted" ] || printf '%s' "${wanted#*:}")"
      found=1
    done
    [ -n "$found" ] || die "gpu run: unknown step '$name' (${GPU_STEPS[*]%:*} sanitize)"
  done
}

# gpu_share WEIGHT WEIGHTS_LEFT: seconds for a step, of those that are left for all.
gpu_share() { printf '%d\n' $(((GPU_END - SECONDS) * $1 / $2)); }

gpu_run() {
  local plan name weight pattern weights=0 share
  plan=$(gpu_plan "$@") || exit
  [ -f "$BUNDLE/payload.tar.xz" ] || die "gpu run: no bundle in ${BUNDLE#"$ROOT"/}: run 'tools/dev gpu pack' first"
  GPU_INTERPRETER=$(host_python)
  GPU_OUT=${OUT:-$ROOT/build/gpu-out}
  GPU_END=$((SECONDS + GPU_SECONDS))
  GPU_TABLE=()
  GPU_FAILED=0
  mkdir -p "$GPU_OUT" "$GPU_WORK"
  nvidia-smi | tee "$GPU_OUT/gpu.log" | sed -n '1,15p'
  touch "$GPU_WORK/.start"

  export LD_LIBRARY_PATH=$GPU_WORK/opsin/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export PYTHONPATH=$GPU_WORK/extension/python:$GPU_WORK/site${PYTHONPATH:+:$PYTHONPATH}
  export PYTHONUNBUFFERED=1
  if gpu_prepare_all; then
    while IFS=: read -r name weight pattern; do weights=$((weights + weight)); done <<<"$plan"
    while IFS=: read -r name weight pattern; do
      share=$(gpu_share "$weight" "$weights")
      weights=$((weights - weight))
      "gpu_do_${name//-/_}" "$share" "$pattern" </dev/null || true
    done <<<"$plan"
  fi

  rm -f "$GPU_OUT/.step"
  find benchmarks/results -maxdepth 1 -type f -newer "$GPU_WORK/.start" -exec cp {} "$GPU_OUT" \; 2>/dev/null || true
  cp "$GPU_WORK"/*.jsonl "$GPU_OUT" 2>/dev/null || true
  printf '\n'
  printf '%s\n' "${GPU_TABLE[@]}" | tee "$GPU_OUT/summary.txt"
  return "$GPU_FAILED"
}

gpu_prepare_all() {
  local python=$GPU_INTERPRETER payload sources
  payload=$(fingerprint "$BUNDLE/payload.tar.xz")
  sources=$(folder_fingerprint python src/core include)
  # Python unpacks xz without the program of that name.
  gpu_prepare "$payload" 60 "unpack" "$python" -c \
    'import shutil, sys, tarfile; shutil.rmtree(sys.argv[2], True); tarfile.open(sys.argv[1]).extractall(sys.argv[2], filter="tar")' \
    "$BUNDLE/payload.tar.xz" "$GPU_WORK/opsin" &&
    gpu_prepare "$(folder_fingerprint "$BUNDLE/wheels")" 60 "wheels" "$python" -m pip install -q --no-index --no-deps \
      --no-compile --no-cache-dir --upgrade --target "$GPU_WORK/site" "$BUNDLE"/wheels/*.whl &&
    gpu_prepare "$payload" 60 "configure the extension" cmake -G Ninja -S python -B "$GPU_WORK/extension" \
      -DCMAKE_BUILD_TYPE=Release "-DPython_EXECUTABLE=$python" "-Dopsin_DIR=$GPU_WORK/opsin/lib/cmake/opsin" &&
    gpu_prepare "$payload $sources" 180 "build the extension" cmake --build "$GPU_WORK/extension" --parallel "$(nproc)" &&
    gpu_step 30 "versions" "$python" -m opsin
}

# Each gets its SECONDS and, after `STEP:`, a PATTERN. What goes on in pieces stops by itself a little before its time is over, and
# keeps what it has done in $GPU_WORK/*.jsonl (a file of that name in the bundle goes on with what another machine did).
gpu_kept() {
  [ -f "$GPU_WORK/$1.jsonl" ] || [ ! -f "$BUNDLE/$1.jsonl" ] || cp "$BUNDLE/$1.jsonl" "$GPU_WORK/$1.jsonl"
  printf '%s\n' --keep "$GPU_WORK/$1.jsonl" --limit $(($2 > 3 * $3 ? $2 - $3 : $2 * 2 / 3))
}

gpu_do_smoke() { gpu_step "$1" "smoke" "$GPU_INTERPRETER" tests/cuda/smoke.py ${2:+"$2"}; }

gpu_do_tests() {
  local workers
  workers=$(nproc)
  [ "$workers" -le 12 ] || workers=12
  gpu_step "$1" "pytest -m cuda" "$GPU_INTERPRETER" -m pytest -q -m cuda -n "$workers" -p no:cacheprovider ${2:+-k "$2"} \
    tests/conformance tests/python tests/slides/test_loader.py
}

# doctest calls an empty selection a success.
gpu_do_cpp() {
  gpu_step "$1" "C++ tests named cuda" bash -c '"$1" "--test-case=$2" --count | grep "filters: [1-9]" && "$1" "--test-case=$2"' - \
    "$GPU_WORK/opsin/bin/opsin_tests" "${2:-*cuda*}"
}

gpu_do_bench() {
  local kept
  mapfile -t kept < <(gpu_kept bench "$1" 45)
  gpu_step "$1" "benchmarks" "$GPU_INTERPRETER" -m benchmarks.run --device cuda --budget 0.5 --extras "${kept[@]}" ${2:+--rows "$2"}
}

# The tests run out of memory on purpose, which is no error to report.
gpu_do_memcheck_cpp() { sanitize_cpp memcheck "$@" --report-api-errors no; }
gpu_do_racecheck_cpp() { sanitize_cpp racecheck "$@"; }
gpu_do_memcheck() { sanitize_python memcheck "$@"; }
gpu_do_racecheck() { sanitize_python racecheck "$@"; }

sanitize_cpp() {
  local tool=$1 seconds=$2 pattern=$3
  shift 3
  gpu_step "$seconds" "$tool, C++" compute-sanitizer --tool "$tool" "$@" --error-exitcode 1 \
    "$GPU_WORK/opsin/bin/opsin_tests" "--test-case=${pattern:-*cuda*}"
}

sanitize_python() {
  local kept
  mapfile -t kept < <(gpu_kept "$1" "$2" 20)
  gpu_step "$2" "$1, Python" compute-sanitizer --tool "$1" --error-exitcode 1 "$GPU_INTERPRETER" tests/cuda/smoke.py "${kept[@]}" ${3:+"$3"}
}
