"""The distribution: what a wheel carries, what a command imports, whose modules are installed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import execution
import hedger
import pricing

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"QuantLib", "arch", "numba", "numpy", "pandas", "plotly", "pyarrow", "rich", "scipy", "torch"}


def test_the_wheel_carries_scenarios_portfolios_templates_and_types(tmp_path: Path) -> None:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "-qq",
            "wheel",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            tmp_path,
            ROOT,
        ],
        check=True,
        capture_output=True,
    )
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    shipped = {
        f"hedger/scenario_files/{p.relative_to(ROOT / 'scenarios')}" for p in _files(ROOT / "scenarios")
    }
    shipped |= {f"execution/scenario_files/{p.name}" for p in _files(ROOT / "scenarios" / "markets")}
    code = {
        str(p.relative_to(ROOT))
        for package in ("hedger", "pricing", "execution")
        for p in _files(ROOT / package)
    }
    assert shipped
    assert shipped | code <= names
    assert not {name for name in names if name.startswith(("tests/", "benchmarks/"))}


def test_help_imports_nothing_heavy() -> None:
    script = "import sys; import hedger.cli.main; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert not HEAVY & set(done.stdout.split())


def test_the_three_packages_are_the_ones_of_this_checkout() -> None:
    for package in (execution, hedger, pricing):
        assert Path(str(package.__file__)).is_relative_to(ROOT)


def test_torch_is_an_extra_and_its_cpu_build_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert not any(line.startswith("torch") for line in project["dependencies"])
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    )
    assert pins["torch"].endswith("+cpu")


def _files(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
