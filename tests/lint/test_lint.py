"""Each lint passes on clean text and names a planted offender."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "lint"))

import banned  # noqa: E402
import compile_time  # noqa: E402
import file_size  # noqa: E402
import layers  # noqa: E402
import paths  # noqa: E402


def plant(root: Path, path: str, text: str) -> Path:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
    return root


@pytest.mark.parametrize(
    ("path", "include"),
    [
        ("src/core/array.cpp", '"engine/window.h"'),
        ("src/engine/window.h", '"filters/taps.h"'),
        ("src/filters/sobel.cpp", '"io/source.h"'),
        ("src/io/cache.cpp", '"engine/pointwise.h"'),
        ("src/filters/sobel.cpp", "<cub/cub.cuh>"),
        ("src/filters/sobel.cpp", "<cuda_runtime.h>"),
        ("src/filters/sobel.cpp", "<hwy/highway.h>"),
        ("src/engine/window_cpu.h", "<tbb/parallel_for.h>"),
        ("include/opsin/array.h", '"core/check.h"'),
        ("python/src/filters.cpp", '"engine/window.h"'),
    ],
)
def test_layers_names_the_offender(tmp_path, path, include):
    (problem,) = layers.check(plant(tmp_path, path, f"#include {include}\n"))
    assert problem.startswith(f"{path}:1:")
    assert include.strip('<>"') in problem


@pytest.mark.parametrize(
    ("path", "include"),
    [
        ("src/core/threads.cpp", "<tbb/parallel_for.h>"),
        ("src/engine/window_cuda.h", "<cub/cub.cuh>"),
        ("src/filters/sobel.cpp", '"engine/window.h"'),
        ("src/feature/hessian.cpp", '"filters/taps.h"'),
        ("src/io/region.cpp", '"engine/pointwise.h"'),
        ("python/src/filters.cpp", '"opsin/filters.h"'),
        ("python/src/array_caster.h", '"core/memory.h"'),
        ("python/src/filters.cpp", '"array_caster.h"'),
        ("tests/cpp/any.cpp", "<cuda_runtime.h>"),
    ],
)
def test_layers_lets_pass(tmp_path, path, include):
    assert layers.check(plant(tmp_path, path, f"#include {include}\n")) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/filters/a.cpp", "kernel<<<1, 2>>>(x);"),
        ("src/filters/a.cpp", "cudaMalloc(&p, n);"),
        ("src/engine/a.h", "cudaMemcpyAsync(a, b, n, kind, s);"),
        ("src/engine/a.h", "cudaDeviceSynchronize();"),
        ("src/filters/a.cpp", "#ifdef __CUDACC__"),
        ("src/filters/a.cpp", "#ifdef OPSIN_CUDA"),
        ("src/filters/a.cpp", "__global__ void k();"),
        ("src/filters/a.cpp", "auto v = _mm256_loadu_ps(p);"),
        ("src/filters/a.cpp", "std::thread t(f);"),
        ("src/engine/a.h", "tbb::parallel_for(r, f);"),
        ("src/io/tiff/a.cpp", 'auto* f = fopen(name, "rb");'),
        ("src/filters/a.cpp", "auto* p = malloc(n);"),
        ("src/io/tiff/a.cpp", "free(p);"),
        ("src/core/a.cpp", "double d = strtod(s, &end);"),
        ("src/core/a.cpp", 'std::printf("x");'),
        ("src/core/a.cpp", "std::cout << x;"),
        ("src/filters/a.cpp", "assert(n > 0);"),
        ("python/opsin/filters.py", "print(x)"),
        ("python/opsin/filters.py", "import skimage"),
    ],
)
def test_banned_names_the_offender(tmp_path, path, line):
    problems = banned.check(plant(tmp_path, path, f"\n{line}\n"))
    assert problems
    assert problems[0].startswith(f"{path}:2:")
    assert "use " in problems[0]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/core/memory_cuda.cpp", "cudaMallocFromPoolAsync(&p, n, pool, s);"),
        ("src/engine/launch_cuda.h", "kernel<<<grid, block, 0, s>>>(x);"),
        ("src/core/threads.cpp", "tbb::parallel_for(r, f);"),
        ("src/filters/a.cpp", "// malloc( is only named here"),
        ("src/filters/a.cpp", 'check(ok, "malloc(n) is only text");'),
        ("src/filters/a.cpp", "buffer.free(p); pool->free(p); is_free(p);"),
        ("src/filters/a.cpp", "cudaMalloc(&p, n);  // lint-allow: shows the escape"),
        ("src/core/array_test.cpp", "std::thread t(f);"),
        ("python/opsin/__main__.py", "print(x)"),
        ("tests/python/test_a.py", "import skimage"),
    ],
)
def test_banned_lets_pass(tmp_path, path, line):
    assert banned.check(plant(tmp_path, path, f"{line}\n")) == []


def test_file_size(tmp_path):
    long = "x\n" * 401
    assert file_size.check(plant(tmp_path, "src/a.cpp", "x\n" * 400)) == []
    assert file_size.check(plant(tmp_path, "src/b.cpp", "// Long because the table is one unit.\n" + long)) == []
    (problem,) = file_size.check(plant(tmp_path, "src/c.cpp", long))
    assert problem.startswith("src/c.cpp: 401 lines")


@pytest.mark.parametrize("folder", paths.FOLDERS)
@pytest.mark.parametrize("text", ["cd /{}/x", 'open("/{}/x")', "see /{} for it", "(/{})"])
def test_paths_names_the_offender(tmp_path, text, folder):
    text = text.format(folder)
    (problem,) = paths.check(plant(tmp_path, "docs/a.md", f"{text}\n"))
    assert problem.startswith("docs/a.md:1:")


@pytest.mark.parametrize("folder", paths.FOLDERS)
@pytest.mark.parametrize("text", ["python/{}/x", "${}/x", "a/{}", "https://example.org/{}/x"])
def test_paths_lets_pass(tmp_path, text, folder):
    assert paths.check(plant(tmp_path, "docs/a.md", f"{text.format(folder)}\n")) == []


NINJA_LOG = "# ninja log v5\n0\t25000\t1\ta.o\tx\n0\t30000\t1\tgone.o\tx\n0\t30000\t1\tb.o\tx\n0\t500\t1\tb.o\tx\n"


def build_folder(root: Path) -> Path:
    plant(root, "build.ninja", "rule cc\n  command = touch $out\nbuild a.o: cc\nbuild b.o: cc\n")
    plant(root, "gone.o", "")  # of a source that was renamed
    return plant(root, ".ninja_log", NINJA_LOG)


def test_compile_time_takes_the_last_run_and_measures_again(tmp_path):
    asked = []

    def measure(build, obj):
        asked.append(obj)
        return 22.0

    (problem,) = compile_time.check(build_folder(tmp_path), measure=measure, machine=lambda: 1.0)
    assert asked == ["a.o"] * compile_time.RUNS
    assert problem.startswith("a.o: 22.0 s")


def test_compile_time_is_the_least_of_several_runs(tmp_path):
    times = iter([31.0, 19.0, 31.0])
    assert compile_time.check(build_folder(tmp_path), measure=lambda *_: next(times), machine=lambda: 1.0) == []
    assert next(times) == 31.0  # one within the limit was enough


def test_compile_time_forgives_a_busy_machine(tmp_path):
    assert compile_time.check(build_folder(tmp_path), measure=lambda build, obj: 12.0, machine=lambda: 1.0) == []


def test_compile_time_allows_a_slow_machine_more_and_no_less(tmp_path):
    def problems(seconds, factor):
        return compile_time.check(build_folder(tmp_path), measure=lambda *_: seconds, machine=lambda: factor)

    assert problems(24.5, 1.24) == []
    (problem,) = problems(24.5, 1.2)
    assert "the limit here is 24 s" in problem


def test_compile_time_never_counts_a_machine_as_faster_than_the_reference(monkeypatch):
    monkeypatch.setattr(compile_time, "processor_seconds", lambda command, folder: 0.1)
    assert compile_time.slowness() == 1.0
    monkeypatch.setattr(compile_time, "processor_seconds", lambda command, folder: 2 * compile_time.REFERENCE_S)
    assert compile_time.slowness() == 2.0


def test_compile_time_yardstick_compiles():
    assert compile_time.slowness() >= 1.0


def test_compile_time_measures_processor_time(tmp_path):
    plant(tmp_path, "build.ninja", "rule cc\n  command = sleep 0.3; touch $out\nbuild a.o: cc\n")
    assert compile_time.processor_time(tmp_path, "a.o") < 0.25


def test_compile_time_wants_a_build(tmp_path):
    (problem,) = compile_time.check(tmp_path)
    assert "build first" in problem
