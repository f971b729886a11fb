"""Commands that serve, and those about what readers of the page said: serve, mcp, feedback."""

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_service.cli.options import Documents, Index, open_settings
from qa_service.errors import QaServiceError, SettingsError

if TYPE_CHECKING:
    from qa_service.live import LiveEngine


def serve(
    documents: Documents = None,
    index: Index = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on; 0 picks a free one.", show_default=False)] = None,
    watch: Annotated[bool, typer.Option(help="Rebuild when the documents folder changes.")] = False,
) -> None:
    """Serve the page and the API."""
    settings = open_settings(documents=documents, index=index, host=host, port=port)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.jobs import Rebuilder  # noqa: PLC0415
    from qa_service.watching import Watcher  # noqa: PLC0415
    from qa_service.web.server import serve as serve_app  # noqa: PLC0415
    from qa_service.web.wsgi import app_from_settings, limits_of  # noqa: PLC0415

    rebuilder = Rebuilder(settings)
    if watch:
        threading.Thread(target=Watcher(settings, rebuilder).run, args=(threading.Event(),), daemon=True).start()
    serve_app(
        app_from_settings(settings, rebuilder),
        settings.host,
        settings.port,
        limits_of(settings).n_threads,
        on_ready=lambda url: terminal.print_out(f"Serving on {url} (Ctrl+C stops)"),
    )


def serve_mcp(
    documents: Documents = None,
    index: Index = None,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP instead of standard input and output.")] = False,
    host: Annotated[str | None, typer.Option(help="Address for --http.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port for --http; 0 picks a free one.", show_default=False)] = None,
) -> None:
    """Serve language models: tools ask, search and get_release over MCP; needs the extra "mcp"."""
    settings = open_settings(documents=documents, index=index, host=host, mcp_port=port)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.hosts import host_names  # noqa: PLC0415
    from qa_service.live import LiveEngine  # noqa: PLC0415

    try:
        from qa_service import mcp_server  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"{error.name} is missing, which MCP needs: pip install -c constraints.txt -e '.[mcp]'"
        ) from error

    live = LiveEngine(settings)
    threading.Thread(target=_open_early, args=(live,), daemon=True).start()  # clients wait a few seconds at most
    server = mcp_server.make_server(live)
    if not http:
        mcp_server.serve_stdio(server, settings.server_threads)
        return
    mcp_server.serve_http(
        server,
        settings.host,
        settings.mcp_port,
        settings.server_threads,
        host_names(settings.host, settings.allowed_hosts),
        on_ready=lambda url: terminal.print_out(f"Serving MCP on {url} (Ctrl+C stops)"),
    )


def export_feedback(
    folder: Annotated[Path, typer.Argument(help="Gets questions.jsonl and review.jsonl; neither may be there yet.")],
    index: Index = None,
) -> None:
    """Write what readers said of answers as questions for `qa-service eval`.

    questions.jsonl has those that more readers confirm than doubt. review.jsonl has the others in the same form, with
    what was answered: correct the answer, and move the line.
    """
    settings = open_settings(index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.feedback import FeedbackStore, as_questions, write_questions  # noqa: PLC0415
    from qa_service.indexing.catalog import Catalog  # noqa: PLC0415
    from qa_service.indexing.snapshot import open_current  # noqa: PLC0415

    catalog = Catalog(open_current(settings.index).folder)
    exported = as_questions(
        FeedbackStore(settings.index).entries(),
        lambda name: document.text if (document := catalog.document(name)) else None,
    )
    write_questions(exported, folder)
    terminal.print_out(
        f"{folder}: {len(exported.questions)} confirmed, {len(exported.review)} to review. "
        f"'qa-service eval {folder}' needs the releases in {folder / 'documents'}."
    )


def clear_feedback(
    index: Index = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Remove all feedback. Export it first."""
    settings = open_settings(index=index)
    from qa_service.cli import terminal  # noqa: PLC0415
    from qa_service.feedback import FeedbackStore  # noqa: PLC0415

    if not yes:
        typer.confirm(f"Remove all feedback in {settings.index}/?", abort=True)
    terminal.print_out(f"removed {FeedbackStore(settings.index).clear()}")


def _open_early(live: "LiveEngine") -> None:
    try:
        live.current()
    except QaServiceError as error:
        logging.getLogger(__name__).warning("not ready yet: %s", error)
