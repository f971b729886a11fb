"""What stands in deploy/ names commands, settings and files that exist."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import pytest
import yaml
from typer.main import get_command

from qa_service.cli import app
from qa_service.config import Settings
from qa_service.hosts import host_names
from qa_service.web.app import create_app

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
UNIT = (DEPLOY / "qa-service.service").read_text(encoding="utf-8")
FILES = sorted(path for path in DEPLOY.iterdir() if not path.name.startswith("."))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_settings_that_are_named_exist(path: Path) -> None:
    named = set(re.findall(r"\bQA_([A-Z_]+)\b", path.read_text(encoding="utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_commands_that_are_named_exist(path: Path) -> None:
    named = set(re.findall(r"(?<!\[)(?:bin/|`)qa-service ([a-z]+)", path.read_text(encoding="utf-8")))
    assert named <= set(get_command(app).commands)  # type: ignore[attr-defined]


def test_the_image_is_made_by_the_commands_of_the_readme() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "RUN make install\n" in DOCKERFILE
    for command in ("build", "serve"):  # what 'make serve' does
        assert f"$(BIN)/qa-service {command}" in makefile
        assert f".venv/bin/qa-service {command}" in DOCKERFILE


def test_an_older_python_is_refused_before_an_environment_is_made_of_it(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    older = tmp_path / "python3.10"
    older.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10)\n$2"\n')
    older.chmod(0o755)
    result = subprocess.run(
        ["make", "install", f"PYTHON={older}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert result.stderr.startswith("Python 3.11 or later is needed: name one, as in make install PYTHON=")
    assert not (tmp_path / ".venv").exists()


def test_a_build_that_fails_keeps_no_index_from_being_served() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\n\t-$(BIN)/qa-service build\n" in makefile
    assert "qa-service build; exec .venv/bin/qa-service serve --watch" in DOCKERFILE
    assert "\nExecStartPre=-/" in UNIT


def test_the_image_runs_as_a_user_and_asks_for_health_where_the_service_tells_it() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER qa\n" in last_stage
    [path] = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", last_stage)
    assert path in {rule.rule for rule in create_app(None).url_map.iter_rules()}  # type: ignore[arg-type]
    assert Settings.model_fields["port"].default == 8000


def test_the_image_answers_to_no_name_that_another_site_can_have_resolved_to_it() -> None:
    environment = dict(re.findall(r"\b(QA_[A-Z_]+)=(\S+)", DOCKERFILE.rpartition("\nFROM ")[2]))
    names = host_names(environment["QA_HOST"], environment.get("QA_ALLOWED_HOSTS"))
    assert names.allow("localhost:8000")
    assert names.allow("127.0.0.1:8000")
    assert not names.allow("rebound.example")


def test_what_the_image_is_made_of_is_there_and_nothing_else_is_sent() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert all((ROOT / name).exists() for name in kept)
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {"LICENSE", "NOTICE", "README.md"} <= kept  # pyproject.toml names them
    assert all(name in pyproject for name in ("LICENSE", "NOTICE", "README.md"))
    assert not {"index", "tests", ".git", "qa.toml"} & kept


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    systemd_analyze = shutil.which("systemd-analyze")
    if systemd_analyze is None:
        pytest.skip("needs systemd-analyze")
    unit = tmp_path / "qa-service.service"
    unit.write_text(UNIT.replace("/opt/qa-service/.venv/bin/qa-service", shutil.which("true") or "/bin/true"))
    result = subprocess.run([systemd_analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


def test_one_container_writes_the_index_and_one_address_is_open_to_others() -> None:
    services = yaml.safe_load((DEPLOY / "scale-out.compose.yaml").read_text(encoding="utf-8"))["services"]
    mounts = {
        name: [mount for mount in each.get("volumes", ()) if "/app/index" in mount] for name, each in services.items()
    }
    assert {name: found for name, found in mounts.items() if found} == {
        "builder": ["index:/app/index"],
        "qa": ["index:/app/index:ro"],
    }
    assert {name: each["ports"] for name, each in services.items() if "ports" in each} == {
        "front": ["127.0.0.1:8000:8000"]
    }
    needed = {needed for each in services.values() for needed in each.get("depends_on", ())}
    assert needed <= set(services)


def test_the_compose_file_asks_for_an_extra_that_there_is_and_names_milvus_where_it_runs() -> None:
    services = yaml.safe_load((DEPLOY / "scale-out.compose.yaml").read_text(encoding="utf-8"))["services"]
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name in ("builder", "qa"):
        assert services[name]["build"]["args"]["EXTRA"] in pyproject["project"]["optional-dependencies"]
        assert services[name]["environment"]["QA_BACKEND"] in get_args(Settings.model_fields["backend"].annotation)
        host = urlsplit(services[name]["environment"]["QA_MILVUS_URI"]).hostname
        assert services[str(host)]["command"] == ["milvus", "run", "proxy"]


def test_the_unit_holds_the_service_down() -> None:
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "User=qa"):
        assert f"\n{line}\n" in UNIT
