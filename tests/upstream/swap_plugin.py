"""pytest plugin: run scikit-image's own tests against opsin (`-p swap_plugin`; see README.md)."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest
import swap

HERE = Path(__file__).parent
DESELECTED = HERE / "deselected.txt"
COLLECTED = HERE / "collected.json"


def pytest_addoption(parser):
    group = parser.getgroup("swap", "opsin's functions inside scikit-image")
    group.addoption("--swap-depth", choices=["shallow", "deep"], default="deep")
    group.addoption("--swap-identity", action="store_true", help="swap in scikit-image's own functions")
    group.addoption("--require-swapped", action="store_true", help="a function that opsin lacks is an error")
    group.addoption("--whole", default="", help="subpackages that are collected whole: check the record for them")
    group.addoption("--record", action="store_true", help=f"write {COLLECTED.name} anew for the --whole subpackages")
    group.addoption("--deselected", type=Path, default=DESELECTED)
    group.addoption("--collected", type=Path, default=COLLECTED)


def pytest_configure(config):
    config.pluginmanager.register(SwapPlugin(config), "swap")


def read_deselected(path):
    """Return {test id: reason}. A line is `id  # reason`; a line that starts with `#` is a comment."""
    deselected = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        test_id, separator, reason = (part.strip() for part in line.partition("  # "))
        if not separator or not reason or test_id in deselected:
            raise pytest.UsageError(f"{path.name}:{number}: expected a new `id  # reason`, got: {line}")
        deselected[test_id] = reason
    return deselected


def candidates(test_id):
    """Return the ids in deselected.txt that would match: the test, without parameters, its class, its file."""
    bare = test_id.partition("[")[0]
    parts = bare.split("::")
    return [test_id, *("::".join(parts[:n]) for n in range(len(parts), 0, -1))]


def stable_id(nodeid, path):
    """Return the node's id with the file given from `skimage/` on, whatever pytest's root directory is."""
    parts = path.parts
    start = len(parts) - 1 - parts[::-1].index("skimage")
    return "::".join(["/".join(parts[start:]), *nodeid.split("::")[1:]])


def subpackage(test_id):
    """Return the subpackage of scikit-image that a test id or file belongs to."""
    return test_id.split("/")[1]


class SwapPlugin:
    def __init__(self, config):
        self.config = config
        self.is_worker = hasattr(config, "workerinput")
        self.provider = None if config.getoption("swap_identity") else "opsin"
        try:
            self.swap = swap.apply(self.provider, config.getoption("swap_depth"))
        except ModuleNotFoundError as error:
            if error.name != "opsin":
                raise
            raise pytest.UsageError("opsin cannot be imported: build it, or give its folder in PYTHONPATH") from error
        if self.swap.missing and config.getoption("require_swapped"):
            raise pytest.UsageError(f"opsin lacks: {' '.join(self.swap.missing)}")
        self.deselected = read_deselected(config.getoption("deselected"))
        self.skipped_files = []  # test modules that skipped themselves at import
        self.collected = Counter()  # tests per file, before anything is deselected
        self.problems = []
        self.calls = Counter()  # of this process, or of all workers

    def summary(self):
        identity = "scikit-image itself" if self.provider is None else f"opsin from {sys.modules['opsin'].__path__[0]}"
        total = len(self.swap.names) + len(self.swap.missing)
        line = f"swap: {len(self.swap.names)} of {total} functions, {self.config.getoption('swap_depth')}, {identity}"
        missing = " ".join(self.swap.missing)
        return [line, f"swap: left to scikit-image: {missing}"] if missing else [line]

    def pytest_report_header(self):
        return self.summary()

    # --- collection

    def pytest_collectreport(self, report):
        if report.skipped and report.nodeid.endswith(".py"):
            self.skipped_files.append(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session, config, items):
        # Test modules that got a function from a third module hold the original in shallow mode.
        swap.replace_in(self.swap, swap.skimage_modules(tests=True))

        ids = [stable_id(item.nodeid, item.path) for item in items]
        self.collected.update(test_id.partition("::")[0] for test_id in ids)
        skipped = [stable_id(r.nodeid, config.rootpath / r.nodeid) for r in self.skipped_files]
        self.collected.update(dict.fromkeys(skipped, 0))

        matched, kept, dropped = set(), [], []
        for item, test_id in zip(items, ids, strict=True):
            hits = self.deselected.keys() & set(candidates(test_id))
            matched |= hits
            (dropped if hits else kept).append(item)
        items[:] = kept
        if dropped:
            config.hook.pytest_deselected(items=dropped)

        whole = [name for name in config.getoption("whole").split(",") if name]
        path = config.getoption("collected")
        record = json.loads(path.read_text()) if path.exists() else {}
        if config.getoption("record"):
            kept_rows = {f: n for f, n in record.items() if subpackage(f) not in whole}
            path.write_text(json.dumps(kept_rows | self.collected, indent=0, sort_keys=True) + "\n")
        else:
            self.problems = self.find_problems(whole, record, matched | set(skipped))
        if self.problems:
            items.clear()  # run nothing; an exception here would crash pytest-xdist's controller

    def find_problems(self, whole, record, matched):
        """Return what shows that the lists or the suite have rotted, for subpackages that are collected whole."""
        problems = []
        for test_id in self.deselected.keys() - matched:
            if subpackage(test_id) in whole:
                problems.append(f"{DESELECTED.name}: no test matches {test_id}")
        for file, expected in record.items():
            if subpackage(file) in whole and self.collected[file] < expected:
                problems.append(f"{file}: {self.collected[file]} tests collected, {expected} recorded")
        for file, count in self.collected.items():
            if subpackage(file) in whole and file not in record:
                problems.append(f"{file}: not in {COLLECTED.name}")
            if count == 0 and file not in self.deselected:
                problems.append(f"{file}: skips itself at import and is not in {DESELECTED.name}")
        return sorted(problems)

    # --- results

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self):
        """Make a skipped test a failed one: what does not run is on the list, with its reason."""
        report = yield
        if report.skipped and not hasattr(report, "wasxfail"):
            report.outcome = "failed"
            report.longrepr = f"skipped, and not in {DESELECTED.name}: {report.longrepr[2]}"
        return report

    def pytest_sessionfinish(self, session):
        output = {"calls": dict(self.swap.calls), "collected": dict(self.collected), "problems": self.problems}
        if self.is_worker:
            session.config.workeroutput["swap"] = output
        else:
            self.add(output)
            if self.problems:
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    @pytest.hookimpl(optionalhook=True)  # of pytest-xdist
    def pytest_testnodedown(self, node):
        if output := getattr(node, "workeroutput", {}).get("swap"):  # a crashed worker has none
            self.add(output)

    def add(self, output):
        """Take over what one process saw. All processes collect the same."""
        self.calls.update(output["calls"])
        if output["collected"]:  # pytest-xdist's controller collects nothing
            self.collected = Counter(output["collected"])
            self.problems = output["problems"]

    def pytest_terminal_summary(self, terminalreporter):
        if self.problems:
            for problem in self.problems:
                terminalreporter.write_line(f"ERROR: {problem}", red=True)
            return
        write = terminalreporter.write_line
        terminalreporter.section("swapped functions")
        for line in self.summary():
            write(line)
        never = [name for name in self.swap.names if not self.calls[name]]
        for name in self.swap.names:
            write(f"{self.calls[name]:8d}  {name}")
        write(f"never called: {' '.join(never) or 'none'}")

        terminalreporter.section("tests per subpackage")
        table = tally(terminalreporter.stats)
        for test_file, count in self.collected.items():
            table.setdefault(subpackage(test_file), Counter())["collected"] += count
        columns = ["collected", "passed", "failed", "error", "xfailed"]
        write(f"{'':14s}" + "".join(f"{column:>11s}" for column in columns) + f"{'seconds':>11s}")
        for name, row in sorted(table.items()):
            write(f"{name:14s}" + "".join(f"{row[c]:11d}" for c in columns) + f"{row['seconds']:11.1f}")


def tally(stats):
    """Return {subpackage: Counter of outcomes and of seconds} from the terminal reporter's reports."""
    table = {}
    for outcome, reports in stats.items():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                name = stable_id(report.nodeid, Path("/", *Path(report.fspath).parts)).split("/")[1]
                row = table.setdefault(name, Counter())
                row[outcome] += 1
                row["seconds"] += report.duration
    return table
