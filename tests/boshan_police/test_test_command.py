"""`manage.py test`: pytest's own words and exit code, on servers that are gone afterwards."""

import os
import subprocess
import sys
from pathlib import Path

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
