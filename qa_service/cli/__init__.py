"""The command line. Each command imports what it needs when it runs, so that --help answers at once."""

import sys

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


def main() -> None:
    """Run a command; an expected error is one line and exit status 1."""
    try:
        app()
    except QaServiceError as error:
        sys.stderr.write(f"qa-service: {error}\n")
        sys.exit(1)
