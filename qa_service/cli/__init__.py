"""The command line. Each command imports what it needs when it runs, so that --help answers at once."""

import errno
import sys
from io import StringIO, TextIOWrapper
from typing import NoReturn

import typer

from qa_service.cli import answers, quality, releases, serving, snapshots
from qa_service.errors import QaServiceError

app = typer.Typer(
    help="Extractive question answering over press releases, with exact citations.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(releases.build)
app.command()(answers.ask)
app.command()(answers.timeline)
app.command()(serving.serve)
app.command("mcp")(serving.serve_mcp)
app.command()(snapshots.status)
app.command()(snapshots.rollback)
app.command()(snapshots.prune)
app.command()(snapshots.diff)
app.command()(releases.watch)
app.command()(releases.fetch)
app.command("eval")(quality.evaluate)
app.command()(quality.train)

feedback_app = typer.Typer(help="What readers said of answers.", no_args_is_help=True)
feedback_app.command("export")(serving.export_feedback)
feedback_app.command("clear")(serving.clear_feedback)
app.add_typer(feedback_app, name="feedback")


# Wrong usage, click's class or typer's copy of it: its own status, 2, is that of a refusal.
typer.BadParameter.__base__.exit_code = 64  # type: ignore[union-attr]  # EX_USAGE of sysexits.h


def main() -> None:
    """Run a command; an expected error is one line and exit status 1, wrong usage is exit status 64."""
    sys.stdout, sys.stderr = sys.stdout or StringIO(), sys.stderr or StringIO()  # either may have been closed (>&-)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # not every terminal has every letter of a release
    if sys.platform == "win32":
        _fail("it runs on Linux and macOS: on Windows, install it in WSL, or use Docker (deploy/Dockerfile)")
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except QaServiceError as error:
        _fail(str(error))
    except OSError as error:
        sys.stdout = StringIO()  # what could not be written is not tried again when Python ends
        if error.errno != errno.EPIPE:  # who reads no further needs no telling
            _fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error))
        sys.exit(1)


def _fail(message: str) -> NoReturn:
    sys.stderr.write(f"qa-service: {message}\n")
    sys.exit(1)
