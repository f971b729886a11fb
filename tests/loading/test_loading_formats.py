"""One release gives the same passages whatever the format that it comes in."""

import datetime as dt
import re
from pathlib import Path

import pytest
from release_writers import WRITERS, Heading, Items, Paragraph, Release, Table, write_pdf

from qa_service.loading import load_document
from qa_service.splitting import Splitter
from qa_service.types import Document

DOCUMENTS = Path(__file__).parents[2] / "documents"

LONG = (
    "The two ministers discussed the implementation of the comprehensive partnership agreement that both governments "
    "signed in November, and reviewed the international humanitarian situation in the regions affected by the quake. "
    "They confirmed that Japan's emergency assistance, which the administration had announced immediately after the "
    "disaster, would be administered through non-governmental organizations, and that long-term reconstruction would "
    "be the responsibility of the authorities concerned. The minister said, “Our cooperation is unconditional,” and "
    "added that the Self-Defense Forces would transport approximately 1,200 tons of supplies by the end of the month."
)

AID = Release(
    title=("Visit by the Minister for Foreign Affairs to Indonesia", "Emergency Assistance for Reconstruction"),
    date="January 17, 2007",
    parts=(
        Paragraph(LONG),
        Paragraph("The supplies that were sent to the affected regions are as follows:"),
        Items(
            (
                "500 tents that hold six people each, and whatever is needed to put them up in the rain",
                "2,000 sleeping mats",
                "Water purification units with a capacity of four tons an hour, together with spare parts for three "
                "months and two engineers who will instruct the local administration",
            )
        ),
        Heading("1. Contributions by country"),
        Paragraph("Contributions that were announced at the conference are given below, in millions of yen."),
        Table(
            (
                ("Country", "Grant", "Purpose"),
                ("Japan", "1,250", "Reconstruction of schools and hospitals in the northern provinces"),
                ("Australia", "830", "Transport"),
                ("Republic of Korea", "16.7", "Tents"),
            )
        ),
        Heading("2. Next steps"),
        *(
            Paragraph(f"({n}) In round {n} of the talks, {'long ' * n}negotiations were held. {LONG}")
            for n in range(1, 9)
        ),
        Paragraph("The next conference will take place in Jakarta on March 3."),
    ),
)

STATEMENT = Release(
    title=("Statement on the Six-Party Talks",),
    date="Tokyo, February 13, 2007",
    parts=(Paragraph(LONG), Paragraph(LONG.replace("Self-Defense", "Maritime")), Paragraph("He thanked all parties.")),
)


def from_text(name: str) -> Release:
    """Return a release of documents/ without its front matter."""
    text = (DOCUMENTS / name).read_text(encoding="utf-8")
    title, date, *paragraphs = re.sub(r"\A---.*?\n---\n", "", text, flags=re.DOTALL).strip().split("\n\n")
    numbered = re.compile(r"\d\. |\(Note\)")
    parts = (Heading(text) if numbered.match(text) and "\n" not in text else Paragraph(text) for text in paragraphs)
    return Release(title=tuple(title.split("\n")), date=date, parts=tuple(parts))


RELEASES = {
    "aid": AID,
    "statement": STATEMENT,
    "seed": from_text("2005-05-10-japan-russia-summit-meeting.txt"),
    "visit": from_text("012-machimura-visit-new-york.txt"),
    "loans": from_text("069-philippines-dalton-pass-subway-loans.txt"),
}


def passages(document: Document) -> list[tuple[str, str, dt.date | None, str | None, bool]]:
    splitter = Splitter(lambda texts: [len(text.split()) for text in texts])
    return [
        (passage.text, passage.title, passage.date, passage.section, passage.is_title_block)
        for passage in splitter.split(document)
    ]


@pytest.mark.parametrize("suffix", [suffix for suffix in WRITERS if suffix != ".txt"])
@pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
def test_a_release_gives_the_same_passages_in_every_format(release: Release, suffix: str) -> None:
    text = load_document("release.txt", WRITERS[".txt"](release))
    assert text.date is not None
    assert passages(load_document(f"release{suffix}", WRITERS[suffix](release))) == passages(text)


@pytest.mark.parametrize("size", [8, 9.5, 10.5, 12])
@pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
def test_other_line_and_page_breaks_of_a_pdf_change_no_passage(release: Release, size: float) -> None:
    text = load_document("release.txt", WRITERS[".txt"](release))
    assert passages(load_document("release.pdf", write_pdf(release, size=size))) == passages(text)
