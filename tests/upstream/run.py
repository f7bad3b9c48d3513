"""Run the test suite of scikit-image 0.25.2 with opsin's functions in the place of its own; see README.md.

Makes the environment `.venv-upstream` on the first call, and again when requirements.txt or the Python changes.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / ".venv-upstream"
REQUIREMENTS = HERE / "requirements.txt"

# Ours, then those whose code calls ours.
MODULES = [
    *["color", "feature", "filters", "util", "_shared"],
    *["exposure", "future", "graph", "measure", "metrics", "morphology"],
    *["registration", "restoration", "segmentation", "transform"],
]


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def make_environment(python):
    """Make the environment with the given Python unless it is there, and return its Python and site-packages."""
    version = output_of(python, "-c", "import sys; print(sys.version)")
    stamp = hashlib.sha256(version.encode() + REQUIREMENTS.read_bytes()).hexdigest()
    stamp_file = VENV / "requirements.sha256"
    own_python = VENV / "bin/python"
    if not stamp_file.exists() or stamp_file.read_text() != stamp:
        print(f"making {VENV.name}", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([python, "-m", "venv", VENV], check=True)
        pip = [own_python, "-m", "pip", "--disable-pip-version-check", "-q"]
        subprocess.run([*pip, "install", "-r", REQUIREMENTS], check=True)
        stamp_file.write_text(stamp)
    return own_python, Path(output_of(own_python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))


def parse(arguments):
    own_python = ROOT / ".venv/bin/python"  # the Python that opsin's extension was built for
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--modules", type=lambda text: text.split(","), default=MODULES, metavar="A,B,...")
    parser.add_argument("--depth", choices=["shallow", "deep"], default="deep", help="default: %(default)s")
    parser.add_argument("--opsin-path", type=Path, default=ROOT / "build/cpu/python", help="folder that holds opsin/")
    parser.add_argument("--identity", action="store_true", help="swap in scikit-image's own functions: harness check")
    parser.add_argument("--require-swapped", action="store_true", help="a function that opsin lacks is an error")
    parser.add_argument("--record", action="store_true", help="collect only, and write collected.json")
    parser.add_argument("--python", default=str(own_python if own_python.exists() else sys.executable))
    parser.add_argument("-n", dest="processes", default="2", help="pytest-xdist processes, default: %(default)s")
    parser.add_argument("pytest", nargs="*", help="further arguments of pytest, after --")
    return parser.parse_args(arguments)


def main(arguments=None):
    args = parse(arguments)
    python, site_packages = make_environment(args.python)
    command = [python, "-m", "pytest", "-q", "-p", "swap_plugin", "-c", HERE / "pytest.ini", "--rootdir", site_packages]
    command += ["--swap-depth", args.depth, "--whole", ",".join(args.modules)]
    command += ["--swap-identity"] * args.identity + ["--require-swapped"] * args.require_swapped
    command += ["--record", "--collect-only", "-qq"] if args.record else ["-n", args.processes]
    command += [*args.pytest, *(site_packages / "skimage" / module for module in args.modules)]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(HERE), str(args.opsin_path.resolve())]),
        "PYTHONHASHSEED": "0",  # sets in parametrize: all processes must collect in one order
        "MPLBACKEND": "Agg",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    start = time.monotonic()
    status = subprocess.run(command, env=environment, check=False).returncode
    print(f"{time.monotonic() - start:.0f} s")
    return status


if __name__ == "__main__":
    sys.exit(main())
