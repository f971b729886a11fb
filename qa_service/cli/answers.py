"""Commands that answer in the terminal: ask, timeline."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from qa_service.cli.options import AsJson, Documents, Index, as_dates, open_settings
from qa_service.errors import QuestionError

if TYPE_CHECKING:
    from qa_service.indexing.catalog import Catalog


def ask(
    question: Annotated[str, typer.Argument(help="1 to 2,000 characters.")],
    documents: Documents = None,
    index: Index = None,
    json_output: AsJson = False,
    top_k: Annotated[int, typer.Option(min=1, max=50, help="Passages to list.")] = 5,
    date_from: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases from this day on.")] = None,
    date_to: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases up to this day.")] = None,
    document: Annotated[list[str] | None, typer.Option(help="Only this release; may be repeated.")] = None,
    read_dates: Annotated[bool, typer.Option(help="Heed dates and 'latest' in the question.")] = True,
) -> None:
    """Answer one question in the terminal. Exit status 0 when answered, 2 when refused."""
    settings = open_settings(documents=documents, index=index)
    from qa_service.assembly import open_engine  # noqa: PLC0415
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.serialization import reply_as_json  # noqa: PLC0415
    from qa_service.types import Filters  # noqa: PLC0415

    filters = Filters(*as_dates(date_from, date_to), tuple(document) if document else None)
    engine = open_engine(settings)
    _check_releases(engine.catalog, document or ())
    reply = engine.ask(question, top_k=top_k, filters=filters, read_dates=read_dates)
    if json_output:
        terminal.print_json(reply_as_json(reply))
    else:
        terminal.print_reply(reply)
    raise typer.Exit(0 if reply.is_answered else 2)


def timeline(
    question: Annotated[str, typer.Argument(help="1 to 2,000 characters.")],
    documents: Documents = None,
    index: Index = None,
    json_output: AsJson = False,
    max_releases: Annotated[int, typer.Option(min=1, max=50, help="Releases to read, nearest first.")] = 20,
    date_from: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases from this day on.")] = None,
    date_to: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only releases up to this day.")] = None,
) -> None:
    """Answer one question release by release, by date. Exit status 0 when any answers, 2 when none does."""
    settings = open_settings(documents=documents, index=index)
    from qa_service.assembly import open_engine  # noqa: PLC0415
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.serialization import timeline_as_json  # noqa: PLC0415
    from qa_service.types import Filters  # noqa: PLC0415

    filters = Filters(*as_dates(date_from, date_to))
    traced = open_engine(settings).timeline(question, filters=filters, max_releases=max_releases)
    if json_output:
        terminal.print_json(timeline_as_json(traced))
    else:
        terminal.print_timeline(traced)
    raise typer.Exit(0 if traced.entries else 2)


def _check_releases(catalog: "Catalog", document_ids: Sequence[str]) -> None:
    # a file name that is no UTF-8 is no release's, and SQLite can't be asked for it
    known = catalog.titles_of([name.encode(errors="replace").decode() for name in document_ids])
    for name in document_ids:
        if name not in known:
            raise QuestionError(f"there is no release {name}: name one as 'qa-service ask' cites it, with its folder.")
