"""A bare Python, a folder, a lock: the set-up in a small project of its own, with a real environment."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from boshan_police import bootstrap

ROOT = Path(__file__).resolve().parent.parent.parent
START = """
import sys
from boshan_police import bootstrap
bootstrap.enter_environment(sys.argv)
import sample
print(sample.VALUE, sys.prefix, sys.argv[1:])
"""


class Project:
    """A checkout with our set-up code and one requirement, a wheel that lies beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "boshan_police").mkdir(parents=True)
        (root / "wheels").mkdir()
        shutil.copy(bootstrap.__file__, root / "boshan_police")
        (root / "start.py").write_text(START)
        self.require("1")

    def require(self, version: str, digest: str | None = None) -> None:
        """Make the lock ask for `sample` in this version."""
        wheel = self.root / "wheels" / f"sample-{version}-py3-none-any.whl"
        info = f"sample-{version}.dist-info"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("sample.py", f"VALUE = 'sample {version}'\n")
            archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: sample\nVersion: {version}\n")
            archive.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            archive.writestr(f"{info}/RECORD", "")
        digest = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock = f"--no-index\n--find-links wheels\nsample=={version} --hash=sha256:{digest}\n"
        for name in (bootstrap.RUNTIME_LOCK, bootstrap.TEST_LOCK):
            (self.root / name).write_text(lock)

    def start(self, *arguments: str) -> subprocess.Popen:
        environment = {key: value for key, value in os.environ.items() if key != "BOSHAN_NO_BOOTSTRAP"}
        # The Python under the environment that runs the tests: bare, as on a fresh machine.
        return subprocess.Popen(
            [sys._base_executable, "start.py", *arguments],
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    said, progress = process.communicate(timeout=60)
    return process.returncode, said, progress


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """Made once: two starts at the same time from nothing."""
    project = Project(tmp_path_factory.mktemp("a folder") / "with spaces")
    answers = [ended(start) for start in (project.start("migrate"), project.start("migrate"))]
    assert [code for code, _, _ in answers] == [0, 0], answers
    assert sum("Installing requirements.txt" in progress for _, _, progress in answers) == 1
    assert sum("waiting for it" in progress for _, _, progress in answers) == 1
    for _, said, _ in answers:
        assert said == f"sample 1 {project.root / '.venv'} ['migrate']\n"
    return project


def test_a_later_start_says_nothing_and_keeps_its_arguments(project):
    assert ended(project.start("shell", "--x")) == (
        0,
        f"sample 1 {project.root / '.venv'} ['shell', '--x']\n",
        "",
    )


def test_a_changed_lock_is_installed(project):
    project.require("2")
    code, said, progress = ended(project.start("migrate"))
    assert code == 0
    assert said.startswith("sample 2")
    assert "Installing requirements.txt" in progress


def test_the_test_set_holds_the_runtime_set(project):
    project.require("3")
    _, said, progress = ended(project.start("test"))
    assert said.startswith("sample 3")
    assert "Installing requirements-test.txt" in progress
    assert ended(project.start("migrate"))[2] == ""


def test_a_file_with_another_hash_is_refused_and_the_next_start_mends_it(project):
    project.require("4", digest="0" * 64)
    code, said, progress = ended(project.start("migrate"))
    assert code == 1
    assert said == ""
    assert "The installation did not finish" in progress
    project.require("4")
    code, said, progress = ended(project.start("migrate"))
    assert code == 0
    assert said.startswith("sample 4")
    assert "Making the environment" in progress  # afresh: nobody knows what the first left half done


def test_no_bootstrap_leaves_the_interpreter_alone(project, monkeypatch):
    monkeypatch.setenv("BOSHAN_NO_BOOTSTRAP", "1")
    bootstrap.enter_environment(["manage.py", "migrate"])


@pytest.mark.parametrize("root", [False, True])
def test_a_missing_venv_module_is_named_with_the_line_that_mends_it(monkeypatch, root):
    monkeypatch.setattr(bootstrap, "_has_venv_module", lambda: False)
    monkeypatch.setattr(sys, "base_prefix", "/usr")
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/true")  # an apt-get that helps nobody
    with pytest.raises(SystemExit) as refusal:
        bootstrap._need_venv_module()
    line = f"apt-get install -y python3.{sys.version_info.minor}-venv"
    assert line in str(refusal.value)
    assert ("sudo" in str(refusal.value)) is not root


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 14, 0)])
def test_another_python_is_told_in_one_sentence(version):
    script = (
        f"import runpy, sys; sys.version_info = {version}; runpy.run_path('manage.py', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        f"The portal needs Python 3.11, 3.12 or 3.13; this is Python {version[0]}.{version[1]}.\n"
    )


@pytest.mark.parametrize(("machine", "unpacked"), [("x86_64", 1), ("aarch64", 0)])
def test_a_redis_is_unpacked_only_where_it_can_run(monkeypatch, tmp_path, machine, unpacked):
    started: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: started.append(command))
    bootstrap._unpack_redis(bootstrap.RUNTIME_LOCK)
    assert len(started) == unpacked


def test_the_set_up_imports_the_standard_library_only():
    script = "import sys; from boshan_police import bootstrap; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = {name.split(".")[0] for name in done.stdout.split()} - {"boshan_police", "__main__"}
    assert {name for name in names if name not in sys.stdlib_module_names} == set()
