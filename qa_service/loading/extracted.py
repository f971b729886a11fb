"""What a format's function returns: the release as blocks, and what the format itself says about it."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list or table in the words of the release, or several paragraphs parted by blank lines.

    Attributes:
        level: 1 to 6 where the format marks a heading, else 0.
    """

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Extracted:
    """A release as its format gives it. `metadata.to_document` makes the canonical text and fills what is None.

    Attributes:
        blocks: In reading order; blank ones are dropped later.
        title, date, source_url, note: None unless the format states them.
        is_date_in_utc: `date` is the day in UTC of a moment, which may be the next or the last where it was written.
    """

    blocks: tuple[Block, ...] = ()
    title: str | None = None
    date: dt.date | None = None
    is_date_in_utc: bool = False
    source_url: str | None = None
    note: str | None = None
