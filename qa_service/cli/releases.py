"""Commands about the folder of releases: fetch, build, watch."""

import signal
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_service.cli.options import AsJson, Documents, Index, open_settings

if TYPE_CHECKING:
    from qa_service.preparing import Part


def fetch(
    feeds: Annotated[list[str], typer.Argument(metavar="FEED...", help="http(s) addresses of RSS or Atom feeds.")],
    documents: Documents = None,
    full_text: Annotated[
        bool, typer.Option("--full-text/--no-full-text", help="Fetch the page behind an item that is a summary.")
    ] = True,
    allow_private: Annotated[
        bool | None,
        typer.Option(
            "--allow-private/--no-allow-private",
            help="Fetch from this machine and private networks too.",
            show_default=False,
        ),
    ] = None,
    json_output: AsJson = False,
) -> None:
    """Write what is new in feeds into the documents folder. Exit status 1 when a feed failed."""
    settings = open_settings(documents=documents, allow_private_addresses=allow_private)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.fetching import Limits, fetch_feeds  # noqa: PLC0415

    limits = Limits(
        timeout_s=settings.fetch_timeout_s,
        max_bytes=int(settings.fetch_max_mb * 1_000_000),
        allow_private=settings.allow_private_addresses,
    )
    with terminal.progress(is_shown=not json_output) as on_progress:
        reports = fetch_feeds(
            feeds,
            settings.documents,
            limits,
            follows_links=full_text,
            on_progress=lambda *done: on_progress("feeds", *done),
        )
    if json_output:
        terminal.print_json({"feeds": [asdict(report) for report in reports]})
    else:
        for report in reports:
            terminal.print_feed_report(report)
    raise typer.Exit(1 if any(report.reason for report in reports) else 0)


def build(
    documents: Documents = None,
    index: Index = None,
    allow_empty: Annotated[bool, typer.Option(help="Publish an index even when there are no releases.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=256, help="Processes that load, split and embed.")] = 1,
    shards: Annotated[
        Path | None, typer.Option(help="Folder of vectors made with --shard, all parts.", show_default=False)
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N", help="Only embed part I of N, into the folder --shards; builds nothing.", show_default=False
        ),
    ] = None,
    json_output: AsJson = False,
) -> None:
    """Bring the index up to date with the documents folder."""
    part = None if shard is None else _part(shard, shards)
    settings = open_settings(documents=documents, index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.rebuilding import rebuild, write_shard  # noqa: PLC0415

    if part and shards:
        with terminal.progress(is_shown=not json_output) as on_progress:
            written = write_shard(settings, part, shards, n_workers=workers, on_progress=on_progress)
        if json_output:
            terminal.print_json(asdict(written))
        else:
            terminal.print_out(
                f"{shards / written.file}: {written.n_documents} releases, {written.n_passages} passages, "
                f"{written.n_embedded} embedded"
            )
        return
    with terminal.progress(is_shown=not json_output) as on_progress:
        rebuilt = rebuild(settings, allow_empty=allow_empty, n_workers=workers, shards=shards, on_progress=on_progress)
    if json_output:
        replay = asdict(rebuilt.replay) if rebuilt.replay else None
        terminal.print_json({**asdict(rebuilt.report), "replay": replay, "replay_failed": rebuilt.replay_failed})
        return
    terminal.print_report(rebuilt.report)
    if rebuilt.replay:
        terminal.print_replay(rebuilt.replay)
    if rebuilt.replay_failed:
        terminal.print_error(f"the saved questions were not asked: {rebuilt.replay_failed}")


def watch(documents: Documents = None, index: Index = None) -> None:
    """Rebuild whenever the documents folder changes, until Ctrl+C."""
    settings = open_settings(documents=documents, index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.jobs import Rebuilder  # noqa: PLC0415
    from qa_service.watching import Watcher  # noqa: PLC0415

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    Watcher(settings, Rebuilder(settings), on_job=terminal.print_job).run(stop)


def _part(text: str, shards: Path | None) -> "Part":
    from qa_service.preparing import Part  # noqa: PLC0415

    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise typer.BadParameter(f"--shard {text}: write 1/2 for the first of two.")
    if shards is None:
        raise typer.BadParameter("--shard needs --shards FOLDER, where its vectors go.")
    return Part(int(number), int(of))
