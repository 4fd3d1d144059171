"""The lock files agree with pyproject.toml, with each other, and name no host or folder."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = {
    "requirements.txt": ["embedded"],
    "requirements-production.txt": ["production"],
    "requirements-test.txt": list(PROJECT["optional-dependencies"]),
}


def blocks(lock: str) -> dict[str, str]:
    """Each requirement line (`name==version ; marker`) with its hashes."""
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^(\S+==[^\\]+?) \\\n((?: +--hash=.*\n)+)", text, re.M))


@pytest.mark.parametrize("lock", LOCKS)
def test_each_line_is_pinned_and_hashed(lock):
    text = (ROOT / lock).read_text()
    assert "".join(f"{head} \\\n{body}" for head, body in blocks(lock).items()) == text
    for body in blocks(lock).values():
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", body)


@pytest.mark.parametrize(("lock", "extras"), LOCKS.items())
def test_it_holds_what_the_project_asks_for(lock, extras):
    wanted = [*PROJECT["dependencies"], *(pin for e in extras for pin in PROJECT["optional-dependencies"][e])]
    held = {head.split(" ")[0] for head in blocks(lock)}
    assert {pin.split(";")[0].strip() for pin in wanted} <= held


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-production.txt"])
def test_the_test_lock_holds_it_line_by_line(lock):
    everything = {(head.split(" ")[0], body) for head, body in blocks("requirements-test.txt").items()}
    assert {(head.split(" ")[0], body) for head, body in blocks(lock).items()} <= everything


def test_psycopg_3_stays_out():
    """Django would silently prefer it."""
    assert not [head for lock in LOCKS for head in blocks(lock) if re.match(r"psycopg(-\w+)?==", head)]
