"""docs/security.md names tests that exist."""

import os
import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from qa_service.web.app import create_app

ROOT = Path(__file__).parents[1]
MODEL = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
HELD_BY = sorted(set(re.findall(r"`((?:tests|\.ci|deploy)/[\w./:]+)`", MODEL)))


@pytest.mark.parametrize("named", HELD_BY)
def test_what_holds_a_measure_exists(named: str) -> None:
    path, _, test = named.partition("::")
    assert (ROOT / path).exists()
    assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")


def test_every_package_that_is_named_has_an_exact_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE))
    assert [name for each in named if (name := re.split(r"[^\w.-]", each)[0]) not in pinned] == []


def test_each_way_in_is_held_by_something() -> None:
    table = MODEL.partition("## Ways in")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 10
    assert [row for row in rows if not re.search(r"`(tests|\.ci)/", row.rpartition(" | ")[2])] == []


@pytest.mark.parametrize("path", ["/", "/ask", "/documents", "/health", "/static/style.css", "/nowhere"])
def test_the_headers_of_the_owasp_list_are_sent_but_for_those_that_the_model_explains(path: str) -> None:
    headers = create_app(None).test_client().get(path).headers  # type: ignore[arg-type]

    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Permitted-Cross-Domain-Policies"] == "none"
    assert headers["X-DNS-Prefetch-Control"] == "off"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "geolocation=(), " in headers["Permissions-Policy"]
    assert "clipboard" not in headers["Permissions-Policy"]
    assert not {"Server", "X-Powered-By"} & set(headers.keys())
    for name in ("Strict-Transport-Security", "Clear-Site-Data"):
        assert name not in headers
        assert name in MODEL


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the cache that Linux builds keep")
def test_the_models_library_keeps_no_account_of_what_it_runs(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}  # without CI, which stops it too
    run = "from qa_service.reading import SpanReader; SpanReader(threads=1)"
    subprocess.run([sys.executable, "-c", run], env=environment, cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_without_network_the_audit_says_so_and_fails_nothing(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("the audit is a shell script")
    result = subprocess.run(
        [ROOT / ".ci" / "audit"],
        env={**os.environ, "PYTHON": sys.executable, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "audit: could not look for known holes: pip-audit can't be installed\n"
