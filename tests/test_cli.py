"""The commands as a person types them, on a fake embedder."""

import datetime as dt
import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import WordEmbedder
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner, Result

from qa_service.cli import app, main, terminal
from qa_service.config import Settings
from qa_service.engine import Engine
from qa_service.errors import NoSnapshotError, QuestionError, SettingsError, TrainingError
from qa_service.feedback import Feedback, FeedbackError, FeedbackStore
from qa_service.files import sha256_of


@pytest.fixture
def run(settings: Settings, embedder: WordEmbedder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Run a command on the three releases."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QA_THRESHOLD", "0")
    monkeypatch.setenv("QA_READER", "sentence")
    for door in ("assembly", "training_data", "rebuilding"):
        monkeypatch.setattr(f"qa_service.{door}.make_embedder", lambda _settings: embedder)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


def test_build_says_what_it_did(run) -> None:  # type: ignore[no-untyped-def]
    result = run("build")
    assert result.exit_code == 0
    assert "3 releases" in result.stdout
    assert "added     3: 2002-08-30-flood.txt" in result.stdout
    assert run("build").stdout.startswith("up to date")


def test_build_lists_what_it_skipped(run, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    (settings.documents / "empty.txt").touch()
    assert "skipped   empty.txt" in run("build").stdout


def test_ask_prints_answer_citation_and_place(run) -> None:  # type: ignore[no-untyped-def]
    run("build")
    result = run("ask", "Where will Toyota build a manufacturing plant?")
    assert result.exit_code == 0
    assert "St. Petersburg" in result.stdout
    assert "2005-05-10-summit.txt" in result.stdout


def test_ask_as_json_is_the_reply_of_the_api(run) -> None:  # type: ignore[no-untyped-def]
    run("build")
    reply = json.loads(run("ask", "Where will Toyota build a manufacturing plant?", "--json").stdout)
    assert reply["answered"] is True
    assert list(reply) == [
        "question", "interpreted_as", "answered", "reason", "dates", "without_filters", "answers", "citations",
            "passages", "index", "took_ms",
    ]  # fmt: skip


def test_a_refusal_is_exit_status_2(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    run("build")
    monkeypatch.setenv("QA_THRESHOLD", "1")
    result = run("ask", "What gift did Putin give Koizumi?")
    assert result.exit_code == 2
    assert result.stdout.startswith("Not in these releases")


def test_filters_bound_the_answer(run) -> None:  # type: ignore[no-untyped-def]
    run("build")
    result = run("ask", "Where will Toyota build a plant?", "--date-to", "2004-12-31", "--json")
    assert {passage["document_id"] for passage in json.loads(result.stdout)["passages"]} == {"2002-08-30-flood.txt"}
    assert run("ask", "Where?", "--date-from", "soon").exit_code == 64


@pytest.mark.parametrize("command", ["ask", "timeline"])
def test_dates_in_the_wrong_order_are_refused(run, command: str) -> None:  # type: ignore[no-untyped-def]
    result = run(command, "Where?", "--date-from", "2005-01-01", "--date-to", "2004-12-31")
    assert result.exit_code == 64
    assert "--date-to is before --date-from" in result.output


@pytest.mark.parametrize("missing", ["nope.txt", "caf\udce9.txt"])
def test_a_release_that_there_is_not_is_named(run, missing: str) -> None:  # type: ignore[no-untyped-def]
    run("build")
    result = run("ask", "Where will Toyota build?", "--document", "2005-05-10-summit.txt", "--document", missing)
    assert isinstance(result.exception, QuestionError)
    assert str(result.exception).startswith(f"there is no release {missing}: ")
    assert run("ask", "Where will Toyota build?", "--document", "2005-05-10-summit.txt").exit_code == 0


@pytest.mark.parametrize("command", ["ask", "timeline"])
def test_a_question_that_is_no_text_is_refused(run, command: str) -> None:  # type: ignore[no-untyped-def]
    run("build")
    result = run(command, "Where is the caf\udce9?")
    assert isinstance(result.exception, QuestionError)
    assert "UTF-8" in str(result.exception)


def test_status_says_when_no_release_has_a_date(run, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    for name in ("2002-08-30-flood.txt", "2005-05-10-summit.txt"):
        (settings.documents / name).unlink()
    run("build")
    assert "newest     no release has a date\n" in run("status").stdout
    assert json.loads(run("status", "--json").stdout)["newest"] is None


def test_status_shows_the_snapshot_in_service(run) -> None:  # type: ignore[no-untyped-def]
    version = json.loads(run("build", "--json").stdout)["snapshot"]
    facts = json.loads(run("status", "--json").stdout)
    assert (facts["version"], facts["documents"], facts["newest"]) == (version, 3, "2005-05-10")
    assert version in run("status").stdout

    assert f"{version} (0." in run("status").stdout
    assert 0 <= facts["age_s"] < 600


def test_status_names_what_was_skipped_since_though_nothing_was_built(run, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    run("build")
    assert "skipped    none\n" in run("status").stdout
    (settings.documents / "empty.txt").touch()
    run("build")
    assert json.loads(run("status", "--json").stdout)["skipped"] == ["empty.txt"]
    assert "skipped    empty.txt\n" in run("status").stdout


def test_history_can_be_walked_compared_and_pruned(run, tmp_path: Path, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "questions.jsonl").write_text('{"question": "Where will Toyota build a manufacturing plant?"}\n')
    first = json.loads(run("build", "--json").stdout)["snapshot"]
    (settings.documents / "2005-05-10-summit.txt").unlink()
    second = json.loads(run("build", "--json").stdout)
    [change] = second["replay"]["changed"]
    assert change["before"]["document_id"] == "2005-05-10-summit.txt"
    assert change["after"] is None or change["after"]["document_id"] != "2005-05-10-summit.txt"
    found = json.loads(run("diff", "--json").stdout)
    assert (found["before"], found["after"]) == (first, second["snapshot"])
    assert found["change"] == {"added": [], "changed": [], "removed": ["2005-05-10-summit.txt"]}
    assert found["replay"] == second["replay"]
    text = run("diff", second["snapshot"], first).stdout
    assert "added     1: 2005-05-10-summit.txt" in text
    assert "1 of 1 saved questions are answered differently" in text
    assert first in run("rollback").stdout
    assert json.loads(run("status", "--json").stdout)["version"] == first
    assert run("prune", "--keep", "2").stdout == "nothing to remove\n"
    run("rollback", second["snapshot"])
    assert run("prune", "--keep", "1").stdout == f"removed {first}\n"


def test_pruning_keeps_the_snapshot_that_is_served_and_not_a_damaged_one(run, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    first = json.loads(run("build", "--json").stdout)["snapshot"]
    (settings.documents / "2005-05-10-summit.txt").unlink()
    second = json.loads(run("build", "--json").stdout)["snapshot"]
    (settings.index / "snapshots" / second / "vectors.npy").write_bytes(b"")
    assert run("prune", "--keep", "1").stdout == f"removed {second}\n"
    assert (settings.index / "CURRENT").read_text() == f"{first}\n"
    assert json.loads(run("status", "--json").stdout)["version"] == first


def test_pruning_removes_nothing_while_what_is_in_service_cannot_be_read(
    run,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    run("build")
    (settings.documents / "2005-05-10-summit.txt").unlink()
    second = json.loads(run("build", "--json").stdout)["snapshot"]

    def fail(path: Path) -> str:
        if second in path.parts:
            raise OSError(errno.EIO, "Input/output error")
        return sha256_of(path)

    monkeypatch.setattr("qa_service.indexing.snapshot.sha256_of", fail)
    assert "can't be read now" in str(run("prune", "--keep", "1").exception)
    assert len(list((settings.index / "snapshots").iterdir())) == 2


def test_saved_questions_that_cannot_be_read_do_not_fail_a_build(run, tmp_path: Path, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    run("build")
    (tmp_path / "questions.jsonl").write_text('{"query": "Where?"}\n')
    (settings.documents / "new.txt").write_text("New\n\nA body of some words.")
    report = json.loads(run("build", "--json").stdout)
    assert report["is_new"]
    assert "questions.jsonl:1: question" in report["replay_failed"]


def test_an_expected_error_is_one_line_and_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["qa-service", "status"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 1
    assert capsys.readouterr().err == "qa-service: index/ has no snapshot: run 'qa-service build' first.\n"


@pytest.mark.parametrize("command", [["rollback"], ["prune", "--keep", "1"]])
def test_an_index_whose_name_was_mistyped_is_not_made(run, tmp_path: Path, command: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert isinstance(run(*command, "--index", "indx").exception, NoSnapshotError)
    assert not (tmp_path / "indx").exists()


def test_windows_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("qa_service.cli.app", lambda: pytest.fail("it was run"))
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("sys.platform", "win32")
        with pytest.raises(SystemExit, match="1"):
            main()
    assert "on Windows, install it in WSL" in capsys.readouterr().err


def call(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "qa_service.cli", *arguments]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False, **options)


@pytest.mark.parametrize("option", ["--documents", "--index"])
def test_an_option_that_names_no_folder_is_not_the_working_directory(run, tmp_path: Path, option: str) -> None:  # type: ignore[no-untyped-def]
    assert isinstance(run("build", option, "").exception, SettingsError)
    assert not (tmp_path / "CURRENT").exists()


def test_wrong_usage_is_no_refusal(tmp_path: Path) -> None:
    for arguments in (["ask"], ["ask", "Who?", "--top-k", "0"], ["ask", "Who?", "--date-from", "May"], ["asks"]):
        assert call(*arguments, cwd=tmp_path).returncode == 64


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_output_that_there_is_no_room_for_is_one_line_and_status_1(engine: Engine, settings: Settings) -> None:
    with Path("/dev/full").open("w") as full:
        result = call("status", "--index", str(settings.index), stdout=full)
    assert (result.returncode, result.stderr) == (1, "qa-service: No space left on device\n")


def test_who_reads_no_further_is_told_nothing(engine: Engine, settings: Settings) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = call("status", "--index", str(settings.index), stdout=writer)
    os.close(writer)
    assert (result.returncode, result.stderr) == (1, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_output_may_be_closed(engine: Engine, settings: Settings, closed: str) -> None:
    command = f'exec "$0" -m qa_service.cli status --index "$1" {closed}'
    result = subprocess.run(
        ["sh", "-c", command, sys.executable, str(settings.index)], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_text_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("[b]kind[/b]", box=None)
    table.add_row("a:b:c [/x]")
    for what in ("odds of 1:100:3 [b]", Text("odds of 1:100:3 [b]"), table):
        terminal.print_out(what)
    terminal.print_error("a:b:c.txt [/x]")
    captured = capsys.readouterr()
    assert [line.strip() for line in captured.out.splitlines()] == [
        "odds of 1:100:3 [b]",
        "odds of 1:100:3 [b]",
        "[b]kind[/b]",
        "a:b:c [/x]",
    ]
    assert captured.err == "a:b:c.txt [/x]\n"


def test_letters_that_a_terminal_lacks_are_replaced(tmp_path: Path, engine: Engine, settings: Settings) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    folder, index = str(tmp_path / "会談"), str(settings.index)
    result = call("feedback", "export", folder, "--index", index, env=environment, stdout=subprocess.PIPE)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"{tmp_path}/??: 0 confirmed" in result.stdout


def test_what_cannot_be_written_is_one_line_and_status_1(tmp_path: Path, engine: Engine, settings: Settings) -> None:
    (tmp_path / "a-file").touch()
    result = call("rollback", "--index", str(tmp_path / "a-file"))
    assert (result.returncode, result.stderr) == (1, f"qa-service: {tmp_path / 'a-file'}: File exists\n")
    result = call("feedback", "export", str(tmp_path / "a-file" / "set"), "--index", str(settings.index))
    assert (result.returncode, result.stderr) == (1, f"qa-service: {tmp_path / 'a-file' / 'set'}: Not a directory\n")


def test_eval_refuses_a_folder_to_write_to_before_it_begins(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = run("eval", str(tmp_path), "--output", str(tmp_path))
    assert result.exit_code == 64
    assert "'--output'" in result.output


def test_eval_prints_its_figures(run, tmp_path: Path, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    question = {
        "id": "q1",
        "question": "Where will Toyota build a manufacturing plant?",
        "kind": "place",
        "document": "2005-05-10-summit.txt",
        "answers": ["St. Petersburg"],
        "sentence": "Toyota Motor Corporation decided to build a manufacturing plant in St. Petersburg.",
    }
    (tmp_path / "questions.jsonl").write_text(json.dumps(question) + "\n")
    result = run("eval", str(tmp_path), "--json", "--output", str(tmp_path / "figures.json"))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads((tmp_path / "figures.json").read_text())
    assert "cited" in run("eval", str(tmp_path)).stdout
    missing = run("eval", str(tmp_path), "--output", str(tmp_path / "nowhere" / "figures.json"))
    assert missing.exit_code == 64
    assert "there is no folder" in missing.output


def test_eval_keeps_a_confidence_that_was_fitted_too(run, tmp_path: Path, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    plant = {"id": "q1", "question": "Where will Toyota build a plant?", "kind": "place"}
    plant |= {"document": "2005-05-10-summit.txt", "answers": ["St. Petersburg"]}
    cup = {"id": "q2", "question": "Who won the Toyota cup?", "kind": "unanswerable", "document": None, "answers": []}
    (tmp_path / "questions.jsonl").write_text(f"{json.dumps(plant)}\n{json.dumps(cup)}\n")
    result = run("eval", str(tmp_path), "--calibrate", "--output", str(tmp_path / "fitted.json"))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads((tmp_path / "fitted.json").read_text())


def test_feedback_becomes_questions_that_eval_takes_and_survives_a_rebuild(run, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    run("build")
    word = Feedback(
        key="k",
        at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC),
        verdict="up",
        question="Where will Toyota build a manufacturing plant?",
        document_id="2005-05-10-summit.txt",
        answer="St. Petersburg",
        quote="Toyota Motor Corporation decided to build a manufacturing plant in St. Petersburg.",
    )
    FeedbackStore(settings.index).add(word)
    (settings.documents / "new.txt").write_text("A new release\n\nIt says something new.\n")
    run("build")

    result = run("feedback", "export", "out")

    assert result.exit_code == 0, result.output
    assert "1 confirmed, 0 to review" in result.stdout
    shutil.copytree(settings.documents, "out/documents")
    assert json.loads(run("eval", "out", "--json").stdout)
    assert isinstance(run("feedback", "export", "out").exception, FeedbackError)
    assert "removed 1" in run("feedback", "clear", "--yes").stdout
    assert FeedbackStore(settings.index).entries() == []


def write_squad(path: Path) -> Path:
    context = "Lugar spoke on Monday."
    answer = {"text": "Lugar", "answer_start": 0}
    qas = [
        {"id": "1", "question": "Who spoke?", "answers": [answer]},
        {"id": "2", "question": "Who sang?", "answers": [], "is_impossible": True},
    ]
    path.write_text(json.dumps({"data": [{"title": "Talks", "paragraphs": [{"context": context, "qas": qas}]}]}))
    return path


def test_eval_of_a_file_measures_the_reader_alone(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write_squad(tmp_path / "squad.json")
    result = run("eval", str(file), "--json", "--output", str(tmp_path / "figures.json"))
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures == json.loads((tmp_path / "figures.json").read_text())
    assert (figures["f1"]["n"], figures["no_ans"]["n"]) == (1, 1)
    assert "reader alone" in run("eval", str(file)).stdout


@pytest.mark.parametrize("option", [["--calibrate"], ["--failures"], ["--without", "context"]])
def test_eval_of_a_file_refuses_what_needs_a_folder(run, tmp_path: Path, option: list[str]) -> None:  # type: ignore[no-untyped-def]
    result = run("eval", str(write_squad(tmp_path / "squad.json")), *option)
    assert result.exit_code == 64
    assert "need a folder" in " ".join(result.output.replace("│", " ").split())


def test_eval_takes_more_folders_only_to_calibrate(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = run("eval", str(tmp_path), "--with", str(tmp_path))
    assert result.exit_code == 64
    assert "needs --calibrate" in result.output


def test_train_names_a_source_that_is_missing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = run("train", "gone.json", "--output", str(tmp_path / "run"))
    assert isinstance(result.exception, TrainingError)
    assert "there is no gone.json" in str(result.exception)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("weight", ["many", "0", "-1", "nan", "inf"])
def test_train_refuses_a_weight_that_is_none(run, tmp_path: Path, weight: str) -> None:  # type: ignore[no-untyped-def]
    file = write_squad(tmp_path / "squad.json")
    result = run("train", f"{file}={weight}", "--output", str(tmp_path / "run"))
    assert result.exit_code == 64
    assert not (tmp_path / "run").exists()


def test_train_that_is_interrupted_says_how_it_goes_on(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qa_service.training.train", interrupted)
    result = run("train", str(write_squad(tmp_path / "squad.json")), "--output", "reader-run")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "the same command goes on from reader-run" in result.stderr


def test_train_makes_a_reader_that_eval_takes(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reading.training.span_tiny import save_tiny

    save_tiny(tmp_path / "base")
    file = write_squad(tmp_path / "squad.json")
    arguments = [
        "--output",
        str(tmp_path / "run"),
        "--base",
        str(tmp_path / "base"),
        "--examples",
        "16",
        "--hold-back",
        "0",
    ]
    result = run("train", f"{file}=2", *arguments, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"shipped": "int8"}
    monkeypatch.setenv("QA_READER", str(tmp_path / "run" / "reader"))
    assert "run on squad.json" in run("eval", str(file)).stdout


def test_mcp_without_its_extra_says_how_to_install_it(run, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delitem(sys.modules, "qa_service.mcp_server", raising=False)
    monkeypatch.delattr("qa_service.mcp_server", raising=False)
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    result = run("mcp")
    assert isinstance(result.exception, SettingsError)
    assert str(result.exception) == (
        "mcp.server.mcpserver is missing, which MCP needs: pip install -c constraints.txt -e '.[mcp]'"
    )
