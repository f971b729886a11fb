"""Commands about the snapshots that builds leave: status, rollback, prune, diff."""

import datetime as dt
from dataclasses import asdict
from typing import Annotated

import typer

from qa_service.cli.options import AsJson, Documents, Index, open_settings


def status(documents: Documents = None, index: Index = None, json_output: AsJson = False) -> None:
    """Show the snapshot in service, how old it is, and those on disk."""
    settings = open_settings(documents=documents, index=index)
    from qa_service.builds import read_report  # noqa: PLC0415
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.indexing.snapshot import open_current, sizes  # noqa: PLC0415

    snapshot = open_current(settings.index)
    manifest, report = snapshot.manifest, read_report(snapshot.folder)
    age = dt.datetime.now(dt.UTC) - manifest.built_at
    facts = {
        "version": manifest.id,
        "built_at": manifest.built_at.isoformat(),
        "age_s": int(age.total_seconds()),
        "documents": manifest.n_documents,
        "passages": manifest.n_passages,
        "newest": manifest.newest.isoformat() if manifest.newest else None,
        "embedder": manifest.embedder,
        "backend": manifest.backend,
        "snapshots": sizes(settings.index),
        "skipped": [name for name, _ in report.skipped] if report else None,
    }
    if json_output:
        terminal.print_json(facts)
    else:
        terminal.print_facts(
            facts
            | {
                "newest": facts["newest"] or "no release has a date",
                "skipped": ", ".join(name for name, _ in report.skipped) or "none" if report else "unknown",
            }
        )


def rollback(
    snapshot: Annotated[
        str | None, typer.Argument(help="Id of the snapshot; by default the newest older one.", show_default=False)
    ] = None,
    index: Index = None,
) -> None:
    """Put an earlier snapshot in service. The next build starts from it and takes in what the folder holds then."""
    settings = open_settings(index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.indexing.snapshot import revising, roll_back  # noqa: PLC0415

    with revising(settings.index):
        found = roll_back(settings.index, snapshot)
    terminal.print_out(f"in service: {found.manifest.id}, {found.manifest.n_documents} releases")


def prune(
    keep: Annotated[int, typer.Option(min=1, help="Snapshots to keep, the one in service among them.")],
    index: Index = None,
) -> None:
    """Remove old snapshots from disk."""
    settings = open_settings(index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.indexing import drop_index  # noqa: PLC0415
    from qa_service.indexing.snapshot import prune_by_hand, revising  # noqa: PLC0415

    with revising(settings.index):
        removed = prune_by_hand(settings.index, keep, lambda folder: drop_index(folder, settings))
    terminal.print_out(f"removed {', '.join(removed)}" if removed else "nothing to remove")


def diff(
    before: Annotated[
        str | None, typer.Argument(metavar="A", help="Id of a snapshot; by default the one before B.")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="B", help="Id of a snapshot; by default the one in service.")
    ] = None,
    documents: Documents = None,
    index: Index = None,
    json_output: AsJson = False,
) -> None:
    """Compare two snapshots: their releases, and the answers to saved questions."""
    settings = open_settings(documents=documents, index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.rebuilding import compare  # noqa: PLC0415

    with terminal.progress(is_shown=not json_output) as on_progress:
        found = compare(settings, before, after, on_progress=on_progress)
    if json_output:
        terminal.print_json(asdict(found))
    else:
        terminal.print_comparison(found)
