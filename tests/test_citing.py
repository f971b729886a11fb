import datetime as dt

import pytest
from fakes import WordEmbedder

from qa_service.citing import Candidate, Citer
from qa_service.indexing.catalog import Catalog
from qa_service.reading import Evidence
from qa_service.splitting import Splitter, SplitterSettings
from qa_service.types import Document, Hit, Passage, Span

WRAPPED = """\
The Ministry of Harbours announced a new programme for the port of
Velmora in the northern district. Officials said that dredging of the
main channel would begin in the second week of October. She reached
The Hague, where Ingrid Saarinen, deputy mayor of Velmora, asked for
the works when the ferry terminal on the eastern quay was opened."""


class OneRelease(Catalog):
    def __init__(self, text: str) -> None:
        self.release = Document("a.txt", text, "A release", dt.date(2011, 10, 3))

    def document(self, document_id: str) -> Document | None:
        return self.release


def quote_of(text: str, passage: Passage, words: str) -> str:
    start = text.index(words)
    evidence = Evidence(2.0, 1.0, is_misfit=False, is_of_other_time=False, is_title_block=False, coverage=1.0)
    candidate = Candidate(Hit(0, passage, 0.5, 0), Span(start, start + len(words), 2.0, 0.0), evidence, 0.9)
    citer = Citer(OneRelease(text), "Who asked for the works?")
    citer.cite([candidate])
    return citer.citations[0].quote


@pytest.mark.parametrize("words", ["Ingrid Saarinen", "She reached"])
def test_a_quote_from_a_passage_that_begins_within_a_line_is_the_whole_sentence(words: str) -> None:
    release = OneRelease(WRAPPED).release
    passages = Splitter(WordEmbedder().count_tokens, SplitterSettings(max_tokens=42)).split(release)
    last = passages[-1]
    assert last.text.startswith("She reached\nThe")
    assert quote_of(WRAPPED, last, words) == last.text


def test_a_quote_keeps_to_its_passage() -> None:
    text = "The channel was dredged without a pause. She thanked the mayor."
    start, end = text.index("dredged"), text.index(" pause")
    passage = Passage("a.txt", 1, start, end, text[start:end], "A release")
    assert quote_of(text, passage, "without") == "dredged without a"


def test_a_rule_that_fails_withholds_no_answer(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def polarity_of(_question: str, _quote: str) -> None:
        raise KeyError("unheard of")

    monkeypatch.setattr("qa_service.citing.polarity_of", polarity_of)
    assert (
        quote_of("The mayor spoke.", Passage("a.txt", 1, 0, 16, "The mayor spoke.", ""), "mayor") == "The mayor spoke."
    )
    assert "polarity_of failed" in caplog.text
