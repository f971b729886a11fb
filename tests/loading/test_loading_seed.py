"""The release that this project was created from, and the releases it comes with."""

import datetime as dt
from pathlib import Path

from qa_service.loading import load_corpus, load_document

DOCUMENTS = Path(__file__).parents[2] / "documents"
SEED = "2005-05-10-japan-russia-summit-meeting.txt"


def test_the_first_release_is_read_as_its_reader_sees_it(shared_corpus: Path) -> None:
    document = load_document(SEED, (shared_corpus / "seed" / SEED).read_bytes())
    assert document.title == "Visit by Prime Minister Junichiro Koizumi to Russia – Japan-Russia Summit Meeting"
    assert document.date == dt.date(2005, 5, 10)
    assert document.text[document.body_start :].startswith("On May 9, Prime Minister Junichiro Koizumi held")
    assert [section.heading for section in document.sections] == [
        "1. Ceremony of the commemoration of the 60th anniversary of the end of World War II",
        "(Note)",
        "2. Japan-Russia relations",
        "3. Issue of North Korea",
    ]
    assert document.text.endswith("Back to Index")


def test_every_release_of_the_project_has_title_date_body_and_note() -> None:
    corpus = load_corpus(DOCUMENTS, max_bytes=1_000_000)
    assert len(corpus.documents) == 71
    assert corpus.skipped == ()
    for document in corpus.documents:
        first_line = document.text.split("\n", 1)[0]
        assert document.title.startswith(first_line)
        assert document.date is not None
        assert 0 < document.body_start < len(document.text)
        assert document.note == "Restated for this project; not the ministry's text."


def test_the_releases_of_the_project_name_their_sources() -> None:
    corpus = load_corpus(DOCUMENTS, max_bytes=1_000_000)
    assert [document.id for document in corpus.documents if document.source_url is None] == [SEED]
