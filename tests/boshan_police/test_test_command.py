"""`manage.py test`: pytest's own words and exit code, on servers that are gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from boshan_police.management.commands.test import MOST_PROCESSES, spread

ROOT = Path(__file__).resolve().parent.parent.parent


def test_arguments_summary_and_exit_code_are_pytests(tmp_path):
    environment = {**os.environ, "BOSHAN_VAR": str(tmp_path), "BOSHAN_NO_BOOTSTRAP": "1"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    selection = ["tests/boshan_police/test_catalogs.py", "-k", "no_such_test", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "manage.py", "test", *selection],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 5  # pytest: nothing was selected
    assert "= 1 deselected in " in done.stdout
    assert not list(tmp_path.glob("throwaway-*"))


@pytest.mark.parametrize("cores", [1, 2, 64])
@pytest.mark.parametrize(
    "arguments", [[], ["-q"], ["-x", "tests/dispatch"], ["-k", "claim"], ["-m", "not slow"]]
)
def test_the_suite_is_spread_over_the_cores(monkeypatch, cores, arguments):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    expected = (
        [f"--numprocesses={min(cores + 1, MOST_PROCESSES)}", "--dist=loadfile", "--no-loadscope-reorder"]
        if cores > 1
        else []
    )
    assert spread(arguments) == expected


@pytest.mark.parametrize(
    "arguments",
    [
        ["tests/kernel/test_clock.py"],
        ["-q", "tests/kernel/test_clock.py::test_now"],
        ["-n", "0"],
        ["-n4"],
        ["--numprocesses=2"],
        ["-s"],
        ["--pdb"],
    ],
)
def test_arguments_may_keep_it_in_one_process(monkeypatch, arguments):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert spread(arguments) == []
