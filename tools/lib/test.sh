# test: every suite runs, whatever failed before it; one table closes the output.

TEST_PARTS=(cpp python upstream openslide qemu asan tsan_io fuzz)
SUMMARY=()

test_all() {
  local part failed=0
  [ $# -gt 0 ] || set -- "${TEST_PARTS[@]}"
  for part in "$@"; do
    [ "$(type -t "test_$part")" = function ] || die "no test part '$part' (${TEST_PARTS[*]})"
  done
  for part in "$@"; do "test_$part" || failed=1; done
  printf '\n%-34s %-5s %7s  %s\n' suite '' seconds 'last line'
  printf '%s\n' "${SUMMARY[@]}"
  return "$failed"
}

# suite TITLE COMMAND...: shows the output and keeps a line for the table.
suite() {
  local title=$1 start=$SECONDS log outcome=ok status=0
  shift
  mkdir -p "$LOGS"
  log=$LOGS/test-$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$title").log
  printf '\n== %s\n' "$title"
  "$@" 2>&1 | tee "$log" || status=$?
  [ "$status" -eq 0 ] || outcome=FAIL
  SUMMARY+=("$(printf '%-34s %-5s %7d  %s' "$title" "$outcome" $((SECONDS - start)) "$(last_line "$log")")")
  return "$status"
}

ctest_in() { timeout 900 ctest --test-dir "build/$1" --output-on-failure --parallel "$JOBS"; }

pytest_in_venv() { timeout 2400 "$VENV/bin/python" -m pytest -q -n "$JOBS" "$@"; }

build_for_tests() { build_preset "$1" || { SUMMARY+=("$(printf '%-34s FAIL' "build $1")") && return 1; }; }

# Address and undefined-behaviour sanitizers over the C++ tests; Python is left out, its allocator hides too much.
test_asan() {
  build_for_tests asan || return 1
  ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    suite "C++, ASan and UBSan" ctest_in asan
}

# The slide reader alone, for work on it: asan holds these tests too and takes longer to build.
test_asan_io() {
  build_for_tests asan-io || return 1
  ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    suite "slide reader, ASan and UBSan" ctest_in asan-io
}

test_tsan_io() {
  build_for_tests tsan-io || return 1
  TSAN_OPTIONS=halt_on_error=1 suite "slide reader, TSan" ctest_in tsan-io
}

# A minute of fuzzing: the seeds of every target, then the one whose turn it is.
test_fuzz() {
  setup_packages clang libclang-rt-dev || return 1
  loud "build fuzz targets" build_fuzz || { SUMMARY+=("$(printf '%-34s FAIL' "build fuzz targets")") && return 1; }
  suite "fuzz targets of the slide reader" timeout 400 "$VENV/bin/python" tests/fuzz/run.py
}

build_fuzz() {
  cmake -S tests/fuzz -B build/fuzz -G Ninja -DCMAKE_CXX_COMPILER=clang++ &&
    cmake --build build/fuzz --parallel "$JOBS"
}

test_cpp() { suite "C++, $(default_preset)" ctest_in "$(default_preset)"; }

# Python tests on the highest target, then the conformance table on every other one that the build has.
test_python() {
  local target targets failed=0
  suite "Python, $(default_preset)" pytest_in_venv tests/python tests/slides tests/conformance tests/lint tests/tools \
    benchmarks || failed=1
  targets=$("$VENV/bin/python" -c 'import opsin; print(*opsin.cpu_targets()[:-1])') || return 1
  for target in $targets; do
    OPSIN_CPU_TARGET=$target suite "Python, $target" pytest_in_venv tests/conformance || failed=1
  done
  return "$failed"
}

test_upstream() {
  suite "scikit-image's own suite" timeout 1500 "$VENV/bin/python" tests/upstream/run.py \
    --opsin-path "build/$(default_preset)/python" -n "$JOBS"
}

test_openslide() {
  suite "openslide-python's own suite" timeout 300 "$VENV/bin/python" tests/openslide/run.py \
    --opsin-path "build/$(default_preset)/python" --python "$VENV/bin/python"
}

test_qemu() {
  build_for_tests targets || return 1
  suite "older CPUs under qemu" timeout 600 "$VENV/bin/python" tests/qemu/run.py build/targets/bin/opsin_targets
}

# A Python of its own, the extension built for it against an installed libopsin, and the tests of threads. Only when named.
test_freethreaded() {
  local python=${OPSIN_FREE_THREADED_PYTHON:-} folder=$ROOT/build/freethreaded
  [ -n "$python" ] || die "test freethreaded: set OPSIN_FREE_THREADED_PYTHON to a free-threaded Python (python3.14t)"
  "$python" -c 'import sysconfig; raise SystemExit(not sysconfig.get_config_var("Py_GIL_DISABLED"))' ||
    die "test freethreaded: $python is missing, or not free-threaded"
  OPSIN_PYTHON=$python setup_venv "$folder/venv" tools/requirements-freethreaded.txt || return 1
  quiet "install for the free-threaded Python" \
    cmake --install "build/$(default_preset)" --prefix "$folder/prefix" || return 1
  quiet "configure for the free-threaded Python" cmake -G Ninja -S python -B "$folder/extension" \
    "-DPython_EXECUTABLE=$folder/venv/bin/python" "-Dopsin_DIR=$folder/prefix/lib/cmake/opsin" || return 1
  NINJA_STATUS="[freethreaded %f/%t %es] " loud "build for the free-threaded Python" \
    cmake --build "$folder/extension" --parallel "$JOBS" || return 1
  # A module of scikit-image, the table's oracle, would take the GIL back for all.
  PYTHON_GIL=0 PYTHONPATH=$folder/extension/python suite "Python, free-threaded" timeout 1200 "$folder/venv/bin/python" -m pytest -q \
    tests/python/test_stress.py tests/python/test_threads.py tests/python/test_array.py tests/python/test_numpy.py
}
