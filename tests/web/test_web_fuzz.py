"""Requests by the thousand to a running server. QA_FUZZ=N sends N times as many."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from web_fuzzing import fuzz

HERE = Path(__file__).parent
TIMES = int(os.environ.get("QA_FUZZ", "1"))


@pytest.mark.slow
def test_schemathesis_finds_nothing(address: str, tmp_path: Path) -> None:
    command = [
        Path(sys.executable).with_name("schemathesis"),
        *("--config-file", HERE / "schemathesis.toml", "run", f"{address}/openapi.json"),
        *("--max-examples", str(30 * TIMES), "--seed", "1", "--request-timeout", "30", "--generation-database", "none"),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "web_fuzz_hooks", "PYTHONPATH": str(HERE)}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]


@pytest.mark.slow
def test_any_request_gets_an_answer_and_none_is_an_error_of_the_server(address: str) -> None:
    found = fuzz(address, 500 * TIMES)
    assert found.faults == []
    assert {"200", "400", "404", "405", "422"} <= set(found.statuses)
