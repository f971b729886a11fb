"""A build cut into parts: in several processes, and in shards as for several machines."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEmbedder
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from qa_service import preparing, rebuilding
from qa_service.assembly import make_builder
from qa_service.cli import app
from qa_service.config import Settings
from qa_service.errors import BuildError
from qa_service.indexing.snapshot import open_current
from qa_service.preparing import Part, Workers

WriteReleases = Callable[[dict[str, str]], Path]
SENTENCE = "The two ministers met on Monday in the capital and agreed to continue their work on trade and on visas."


@pytest.fixture
def many(settings: Settings, write_releases: WriteReleases) -> Settings:
    """Settings on releases in several folders, some saying the same, one broken."""
    write_releases({f"{n % 3}/release-{n}.txt": f"Release {n % 10}\n\nJune 1, 2006\n\n{SENTENCE}" for n in range(40)})
    write_releases({"broken.pdf": "no PDF at all"})
    return settings


def files_of(settings: Settings) -> tuple[bytes, bytes]:
    folder = open_current(settings.index).folder
    return (folder / "corpus.sqlite").read_bytes(), (folder / "vectors.npy").read_bytes()


def in_another_index(settings: Settings, name: str) -> Settings:
    return settings.model_copy(update={"index": settings.index.with_name(name)})


@given(st.text(), st.integers(1, 9), st.integers(1, 9))
def test_a_release_is_in_one_part_and_in_one_part_of_that(document_id: str, n: int, n_of_each: int) -> None:
    document_id = document_id.encode(errors="ignore").decode()
    parts = [Part(number, n) for number in range(1, n + 1)]
    [its] = [part for part in parts if part.has(document_id)]
    finer = [part for whole in parts for part in whole.cut(n_of_each) if part.has(document_id)]
    assert len(finer) == 1
    assert finer[0] in its.cut(n_of_each)


def test_shards_put_together_are_the_index_that_one_build_makes_byte_for_byte(many: Settings, tmp_path: Path) -> None:
    whole = make_builder(many, WordEmbedder()).build()
    shards = [make_builder(many, WordEmbedder()).write_shard(Part(n, 2), tmp_path / "shards") for n in (1, 2)]
    assert sum(shard.n_documents for shard in shards) == whole.n_documents
    assert sum(shard.n_passages for shard in shards) == whole.n_passages
    assert all(0 < shard.n_documents < whole.n_documents for shard in shards)
    merging, embedder = in_another_index(many, "merged"), WordEmbedder()
    merged = make_builder(merging, embedder).build(shards=tmp_path / "shards")
    assert (merged.n_embedded, embedder.n_encoded) == (0, 0)
    assert merged.skipped == whole.skipped
    assert files_of(merging) == files_of(many)


@pytest.mark.slow
def test_workers_make_the_index_that_one_process_makes_byte_for_byte(many: Settings, embedder: WordEmbedder) -> None:
    whole = make_builder(many, WordEmbedder()).build()
    parallel = in_another_index(many, "parallel")
    steps = []
    with Workers(2, WordEmbedder) as workers:
        report = make_builder(parallel, embedder, workers=workers).build(on_progress=lambda *step: steps.append(step))
    assert embedder.n_encoded == 0
    assert (report.n_embedded, report.skipped) == (whole.n_embedded, whole.skipped)
    assert files_of(parallel) == files_of(many)
    assert ("embedding", report.n_embedded, report.n_embedded) in steps


@pytest.mark.slow
def test_workers_follow_a_change_as_one_process_does(many: Settings, write_releases: WriteReleases) -> None:
    make_builder(many, WordEmbedder()).build()
    (many.documents / "0" / "release-0.txt").unlink()
    write_releases({"new.txt": f"A new release\n\n{SENTENCE}"})
    with Workers(2, WordEmbedder) as workers:
        builder = make_builder(many, WordEmbedder(), workers=workers)
        report = builder.build()
        assert (report.added, report.removed, report.full_because) == (("new.txt",), ("0/release-0.txt",), None)
        assert not builder.build().is_new


@pytest.mark.slow
def test_several_chunks_of_texts_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "_CHUNK", 4)
    texts = [f"word{n} " * (n % 7 + 1) for n in range(30)]
    done: list[int] = []
    with Workers(2, WordEmbedder) as workers:
        vectors = workers.encode_passages(texts, done.append)
    np.testing.assert_array_equal(vectors, WordEmbedder().encode_sentences(texts))
    assert sum(done) == 30


@pytest.mark.slow
def test_shards_and_workers_go_together(many: Settings, tmp_path: Path) -> None:
    with Workers(2, WordEmbedder) as workers:
        for n in (1, 2, 3):
            make_builder(many, WordEmbedder(), workers=workers).write_shard(Part(n, 3), tmp_path / "shards")
    assert make_builder(many, WordEmbedder()).build(shards=tmp_path / "shards").n_embedded == 0


def test_what_shards_lack_is_embedded(many: Settings, tmp_path: Path, write_releases: WriteReleases) -> None:
    make_builder(many, WordEmbedder()).write_shard(Part(), tmp_path / "shards")
    write_releases({"later.txt": f"A later release\n\n{SENTENCE}"})
    assert make_builder(many, WordEmbedder()).build(shards=tmp_path / "shards").n_embedded == 2


def test_shards_of_another_embedder_give_nothing(many: Settings, tmp_path: Path) -> None:
    make_builder(many, WordEmbedder("other")).write_shard(Part(), tmp_path / "shards")
    report = make_builder(many, WordEmbedder()).build(shards=tmp_path / "shards")
    assert report.n_embedded > 0
    with pytest.raises(BuildError, match=r"1-of-1\.npy has no vectors of 64 numbers"):
        make_builder(many, WordEmbedder(dimension=64)).build(shards=tmp_path / "shards")


def test_a_shard_that_can_not_be_made_says_why(many: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BuildError, match=r"the shard was not written: File exists \(file\)"):
        make_builder(many, WordEmbedder()).write_shard(Part(), tmp_path / "file")


def test_a_shard_of_no_release_is_a_shard(settings: Settings, tmp_path: Path) -> None:
    parts = [Part(n, 9) for n in range(1, 10)]
    reports = [make_builder(settings, WordEmbedder()).write_shard(part, tmp_path / "shards") for part in parts]
    assert 0 in {report.n_documents for report in reports}
    assert make_builder(settings, WordEmbedder()).build(shards=tmp_path / "shards").n_embedded == 0


def test_a_missing_a_mixed_and_a_damaged_shard_are_named(many: Settings, tmp_path: Path) -> None:
    shards = tmp_path / "shards"

    def check(message: str) -> None:
        with pytest.raises(BuildError, match=message):
            make_builder(many, WordEmbedder()).build(shards=shards)
        assert not (many.index / "CURRENT").exists()

    check("shards has no shard")
    make_builder(many, WordEmbedder()).write_shard(Part(2, 2), shards)
    check(r"lacks 1-of-2\.npy: copy it there, or make it with 'qa-service build --shard 1/2")
    path = shards / "1-of-2.npy"
    make_builder(many, WordEmbedder()).write_shard(Part(1, 2), shards)
    whole = path.read_bytes()
    for damaged in (b"", whole[:40], whole[:-100], b"x" * 1000):
        path.write_bytes(damaged)
        check(r"1-of-2\.npy can't be read")
    path.write_bytes(whole[:-900] + b"\x7f" * 900)
    check(r"1-of-2\.npy is damaged")
    path.write_bytes(whole)
    make_builder(many, WordEmbedder()).write_shard(Part(1, 3), shards)
    check("shards of 2 and of 3 parts")


def test_a_shard_leaves_the_index_alone(many: Settings, tmp_path: Path) -> None:
    make_builder(many, WordEmbedder()).write_shard(Part(1, 2), tmp_path / "shards")
    assert not many.index.exists()
    assert [path.name for path in (tmp_path / "shards").iterdir()] == ["1-of-2.npy"]


def make_broken() -> WordEmbedder:
    os._exit(3)


@pytest.mark.slow
def test_a_worker_that_dies_is_an_error_and_nothing_is_published(many: Settings) -> None:
    with Workers(2, make_broken) as workers, pytest.raises(BuildError, match=r"the index was not built: .*process"):
        make_builder(many, WordEmbedder(), workers=workers).build()
    assert not (many.index / "CURRENT").exists()


@pytest.mark.slow
def test_a_folder_that_is_missing_is_the_same_error_from_a_worker(settings: Settings, tmp_path: Path) -> None:
    settings = settings.model_copy(update={"documents": tmp_path / "gone"})
    with Workers(2, WordEmbedder) as workers, pytest.raises(BuildError, match="gone does not exist: create it"):
        make_builder(settings, WordEmbedder(), workers=workers).build()


def hold_workers(told: "multiprocessing.connection.Connection") -> None:  # type: ignore[name-defined]
    with Workers(2, WordEmbedder) as workers:
        workers.encode_passages(["a text"])
        told.send([process.pid for process in workers._pool._processes.values()])
        time.sleep(600)


@pytest.mark.slow
def test_workers_of_a_builder_that_was_killed_end(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    builder = context.Process(target=hold_workers, args=(sender,))
    builder.start()
    pids = receiver.recv()
    assert pids
    assert builder.pid
    os.kill(builder.pid, signal.SIGKILL)
    builder.join()
    deadline = time.monotonic() + 30
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_the_command_line_makes_shards_and_puts_them_together(
    many: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "make_embedder", lambda _settings: WordEmbedder())
    monkeypatch.setenv("QA_DOCUMENTS", str(many.documents))
    monkeypatch.setenv("QA_INDEX", str(many.index))
    run, shards = CliRunner().invoke, str(tmp_path / "shards")
    for part in ("1/2", "2/2"):
        made = run(app, ["build", "--shard", part, "--shards", shards])
        assert made.exit_code == 0, made.output
        assert f"{part[0]}-of-2.npy: " in made.output
    merged = run(app, ["build", "--shards", shards, "--json"])
    assert merged.exit_code == 0, merged.output
    assert '"n_embedded": 0' in merged.output


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b", "1/2/3", "-1/2", "1/0", ""])
def test_a_part_that_is_none_is_refused(part: str) -> None:
    refused = CliRunner().invoke(app, ["build", "--shard", part, "--shards", "x"])
    assert refused.exit_code == 64
    assert "write 1/2 for the first of two" in refused.output


def test_a_shard_needs_a_folder_to_go_to() -> None:
    refused = CliRunner().invoke(app, ["build", "--shard", "1/2"])
    assert refused.exit_code == 64
    assert "needs --shards" in refused.output
