"""Builds that are killed, or that the machine fails: the old or the new snapshot answers, and nothing else is left."""

import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fakes import WordEmbedder

from qa_service.assembly import make_builder, make_engine
from qa_service.config import Settings
from qa_service.errors import BuildError
from qa_service.indexing import snapshot as snapshots
from qa_service.indexing.snapshot import current_id, open_current, snapshot_ids
from qa_service.live import LiveEngine
from qa_service.reports import BuildReport

pytestmark = pytest.mark.slow

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["qa_service.assembly", "fakes"])
N_KILLS = 60
STAGES = ["opening", "loading", "splitting", "embedding", "writing", "comparing", "checking"]
STEPS = ["stage", "seal", "publish", "point_current", "prune"]
QUESTION = "What was worth yen?"


def build(settings: Settings) -> BuildReport:
    return make_builder(settings, WordEmbedder()).build()


def kill_self(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def build_and_die_in_stage(settings: Settings, stage: str, at_end: bool) -> None:
    builder = make_builder(settings, WordEmbedder())
    timed = builder._timed

    @contextmanager
    def deadly(name: str) -> Iterator[None]:
        if name == stage and not at_end:
            kill_self()
        with timed(name):
            yield
        if name == stage:
            kill_self()

    builder._timed = deadly  # type: ignore[method-assign]
    builder.build()


def build_and_die_at_step(settings: Settings, step: str, at_end: bool) -> None:
    real = getattr(snapshots, step)

    def deadly(*arguments: Any, **named: Any) -> Any:
        if at_end:
            real(*arguments, **named)
        kill_self()

    setattr(snapshots, step, deadly)
    build(settings)


def run(target: Callable[..., None], *arguments: object, kill_after_s: float | None = None) -> int | None:
    process = CONTEXT.Process(target=target, args=arguments)
    process.start()
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        process.kill()
    process.join()
    return process.exitcode


def answer(settings: Settings) -> str:
    """What the index in service says; fails when it says a mixture."""
    snapshot = open_current(settings.index)
    engine = make_engine(settings.model_copy(update={"threshold": 0.0}), snapshot, WordEmbedder())  # type: ignore[arg-type]
    reply = engine.ask(QUESTION)
    assert reply.index.version == snapshot.manifest.id
    assert {hit.passage.document_id for hit in reply.passages} <= set(snapshot.manifest.documents)
    return reply.answers[0].text


@pytest.fixture
def change(settings: Settings) -> Callable[[int], tuple[str, str]]:
    """Build, change every release, and return what the index said and what it is to say."""

    def change(step: int) -> tuple[str, str]:
        (settings.documents / "2002-08-30-flood.txt").write_text(f"Aid\n\nRelief supplies worth {step} yen were sent.")
        if step % 2:
            (settings.documents / f"added-{step}.txt").write_text(f"Note {step}\n\nA note on another matter.")
        return (f"Relief supplies worth {step - 1} yen were sent.", f"Relief supplies worth {step} yen were sent.")

    change(0)
    build(settings)
    return change


def check_after(settings: Settings, old: str, new: str) -> None:
    """Whatever happened, the old or the new answer is given; the next build gives the new one and leaves nothing."""
    assert answer(settings) in {old, new}
    build(settings)
    assert answer(settings) == new
    assert sorted(path.name for path in (settings.index / "snapshots").iterdir()) == sorted(
        snapshot_ids(settings.index)
    )
    assert {path.name for path in settings.index.iterdir()} <= {"CURRENT", ".lock", "snapshots"}


@pytest.mark.parametrize("at_end", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("target", "where"),
    [*((build_and_die_in_stage, stage) for stage in STAGES), *((build_and_die_at_step, step) for step in STEPS)],
    ids=[*STAGES, *STEPS],
)
def test_a_build_killed_at_a_stage(
    settings: Settings,
    change: Callable[[int], tuple[str, str]],
    target: Callable[..., None],
    where: str,
    at_end: bool,
) -> None:
    old, new = change(1)
    assert run(target, settings, where, at_end) == -signal.SIGKILL
    is_published = where == "prune" or (where in {"publish", "point_current"} and at_end)
    assert answer(settings) == (new if is_published else old)
    check_after(settings, old, new)


def test_a_build_killed_at_any_moment(settings: Settings, change: Callable[[int], tuple[str, str]]) -> None:
    change(1)
    began = time.monotonic()
    assert run(build, settings) == 0
    whole_s = time.monotonic() - began
    chance = random.Random(7)
    endings = []
    for step in range(2, 2 + N_KILLS):
        old, new = change(step)
        run(build, settings, kill_after_s=chance.uniform(0, 1.5 * whole_s))
        endings.append(answer(settings) == new)
        check_after(settings, old, new)
    assert len(set(endings)) == 2, "every kill came too early, or too late"


@pytest.mark.parametrize("limit", [2_000, 6_000, 20_000])
def test_files_that_cannot_grow_are_an_error_and_the_old_index_stays(
    settings: Settings, change: Callable[[int], tuple[str, str]], limit: int
) -> None:
    old, new = change(1)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(BuildError, match="the index was not built"):
            build(settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert answer(settings) == old
    check_after(settings, old, new)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"can't mount a small disk here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_an_error_and_the_old_index_stays(settings: Settings, small_disk: Path) -> None:
    settings = settings.model_copy(update={"index": small_disk / "index"})
    (settings.documents / "2002-08-30-flood.txt").write_text("Aid\n\nRelief supplies worth 1 yen were sent.")
    build(settings)
    for n in range(3000):
        (settings.documents / f"{n}.txt").write_text(f"Note {n}\n\n" + f"A long note on the matter of {n}. " * 8)
    with pytest.raises(BuildError, match="the index was not built"):
        build(settings)
    assert answer(settings) == "Relief supplies worth 1 yen were sent."
    for n in range(3000):
        (settings.documents / f"{n}.txt").unlink()
    check_after(settings, "", "Relief supplies worth 1 yen were sent.")


def test_an_index_folder_that_may_not_be_written_is_an_error(settings: Settings) -> None:
    with TemporaryDirectory() as name:  # pytest's own folders may not even be looked into by others
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(settings.documents, folder / "documents")
        settings = settings.model_copy(update={"documents": folder / "documents", "index": folder / "index"})
        build(settings)
        (settings.documents / "2002-08-30-flood.txt").unlink()
        for path in (settings.index, settings.index / "snapshots", settings.index / ".lock"):
            path.chmod(0o555)
        assert run(build_as_nobody, settings) == 0
        assert "16.7 million yen" in answer(settings)


def build_as_nobody(settings: Settings) -> None:
    builder = make_builder(settings, WordEmbedder())  # imports what nobody may not read
    if os.geteuid() == 0:  # root may write everywhere
        os.setuid(65534)
    with pytest.raises(BuildError, match="index was not built: Permission denied"):
        builder.build()


def test_a_clock_that_goes_backwards_does_not_bring_back_the_old(
    settings: Settings, change: Callable[[int], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, new = change(1)
    real = time.time

    class Earlier(snapshots.dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return snapshots.dt.datetime.fromtimestamp(real() - 86_400, tz)

    monkeypatch.setattr("qa_service.builder.dt.datetime", Earlier)
    report = build(settings)
    assert current_id(settings.index) == report.snapshot == snapshot_ids(settings.index)[0]
    assert answer(settings) == new


@pytest.mark.parametrize("n_kept", [1, 2])
def test_a_flipped_byte_in_any_file_leaves_the_old_index_in_service(
    settings: Settings, change: Callable[[int], tuple[str, str]], n_kept: int
) -> None:
    old, new = change(1)
    report = build(settings)
    folder = settings.index / "snapshots" / report.snapshot
    names = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    assert len(names) > 8
    for name in names[n_kept - 1 :: 2]:
        whole = (folder / name).read_bytes()
        damaged = bytearray(whole)
        damaged[len(damaged) // 2] ^= 0x20
        (folder / name).write_bytes(damaged)
        assert answer(settings) == old, name
        (folder / name).write_bytes(whole)
    assert answer(settings) == new


def test_a_server_that_may_open_no_more_files_answers_from_the_old_index_and_follows_later(
    settings: Settings, change: Callable[[int], tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_service.assembly.make_embedder", lambda _settings: WordEmbedder())
    before = current_id(settings.index)
    live = LiveEngine(settings)
    assert live.current().info.version == before
    change(1)
    report = build(settings)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        version = live.current().info.version
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert version == before
    assert live.current().info.version == report.snapshot
