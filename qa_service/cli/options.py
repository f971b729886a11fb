"""Options that several commands have, and what is made of them."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from qa_service.config import Settings

# Text, so that an empty one is told from the working directory.
Documents = Annotated[str | None, typer.Option(metavar="PATH", help="Folder of releases.", show_default=False)]
Index = Annotated[str | None, typer.Option(metavar="PATH", help="Folder of snapshots.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def open_settings(**flags: Any) -> "Settings":
    """Return the settings, those given here first, and start logging; raises SettingsError."""
    from qa_service import config  # noqa: PLC0415

    return config.open_settings(**flags)


def as_dates(date_from: str | None, date_to: str | None) -> tuple[dt.date | None, dt.date | None]:
    """Return the days of --date-from and --date-to; raises typer.BadParameter."""
    first, last = _as_date(date_from), _as_date(date_to)
    if first and last and last < first:
        raise typer.BadParameter("--date-to is before --date-from: swap them.")
    return first, last


def _as_date(text: str | None) -> dt.date | None:
    """Return the day of a YYYY-MM-DD option; raises typer.BadParameter."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date: write YYYY-MM-DD.") from error
