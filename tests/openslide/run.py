# SPDX-License-Identifier: Apache-2.0
"""Run openslide-python's own tests against opsin.openslide; see README.md."""

import argparse
import os
import subprocess
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VERSION = "1.4.7"
FOLDER = ROOT / "build/openslide-python"
COLLECTED = 59  # tests of that version, so that a suite that was not found cannot pass


def sources(python):
    """Return the folder of the unpacked source distribution, fetched on the first call."""
    folder = FOLDER / f"openslide_python-{VERSION}"
    if not folder.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        requirement = f"openslide-python=={VERSION}"
        options = ["--disable-pip-version-check", "-q", "--no-deps", "--no-binary", "openslide-python", "-d", FOLDER]
        subprocess.run([python, "-m", "pip", "download", *options, requirement], check=True)
        with tarfile.open(FOLDER / f"openslide_python-{VERSION}.tar.gz") as archive:
            archive.extractall(FOLDER, filter="data")
    return folder


def parse(arguments):
    own_python = ROOT / ".venv/bin/python"  # the Python that opsin's extension was built for
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opsin-path", type=Path, default=ROOT / "build/cpu/python", help="folder that holds opsin/")
    parser.add_argument("--identity", action="store_true", help="run against openslide-python itself: harness check")
    parser.add_argument("--python", default=str(own_python if own_python.exists() else sys.executable))
    parser.add_argument("pytest", nargs="*", help="further arguments of pytest, after --")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    folder = sources(options.python)
    environment = dict(os.environ, OPSIN_SWAP_OPENSLIDE="0" if options.identity else "1")
    # In this order: the suite's helper `common`, the plugin, opsin. Not the sources of openslide-python.
    paths = [folder / "tests", HERE, options.opsin_path.resolve()]
    environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    command = [options.python, "-m", "pytest", "-q", "-p", "swap_openslide", "-p", "no:cacheprovider", "-rxX", "."]
    if not options.pytest:
        listed = subprocess.run(
            [*command, "--collect-only"], cwd=folder / "tests", env=environment, stdout=subprocess.PIPE, text=True
        )
        collected = sum("::" in line for line in listed.stdout.splitlines())
        if collected != COLLECTED:
            sys.exit(f"{collected} tests of openslide-python were collected instead of {COLLECTED}\n{listed.stdout}")
    return subprocess.run([*command, *options.pytest], cwd=folder / "tests", env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
