import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from qa_service.dialogue import Understood
from qa_service.engine import Engine
from qa_service.errors import CitationError, QuestionError
from qa_service.finding import Finder, heeded_dates
from qa_service.indexing.catalog import Catalog
from qa_service.protocols import Reader
from qa_service.reading import Calibration
from qa_service.retrieval import Retriever
from qa_service.types import DateUse, Document, Filters, Hit, IndexInfo, Passage, Reason, Span, Turn, Value, ValueKind

INFO = IndexInfo("000001-20260102T120000Z", dt.datetime(2026, 1, 2, tzinfo=dt.UTC), 3, 3, dt.date(2005, 5, 10))
# Confidence is the margin alone: 0.5 at margin 0, 0.73 at 1, 0.88 at 2.
BY_MARGIN = Calibration(weights=(1, 0, 0, 0, 0), bias=0.0, threshold=0.7)


TEXTS = {
    "a.txt": "The talks began late. They took approximately 30 minutes in all. Both sides were content.",
    "b.txt": "The meeting took approximately 30 minutes.",
    "c.txt": "The leaders met for two hours.",
}


class FixedCatalog(Catalog):
    def __init__(self, texts: dict[str, str] | None = None) -> None:
        self.texts = texts or TEXTS

    def document(self, document_id: str) -> Document | None:
        text = self.texts.get(document_id)
        return Document(document_id, text, f"Title of {document_id}", dt.date(2005, 5, 10)) if text else None


class FixedRetriever(Retriever):
    """Hits every text in order, those that the filters name if they name any."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.favoured: list[str] | None = None

    def retrieve_in_context(
        self, question: str, context: str, k: int, filters: Filters, *, favoured: Sequence[str] = ()
    ) -> list[Hit]:
        self.favoured = list(favoured)
        return self.retrieve(question, k, filters)

    def retrieve(self, question: str, k: int, filters: Filters) -> list[Hit]:
        self.asked.append(question)
        names = [name for name in TEXTS if filters.document_ids is None or name in filters.document_ids]
        passages = [Passage(name, 1, 0, len(TEXTS[name]), TEXTS[name], f"Title of {name}") for name in names]
        return [Hit(row, passage, 1 / (61 + row), row, 0.5) for row, passage in enumerate(passages)][:k]


class FixedReader:
    """Reads the words it was given for a release, with the margin it was given; else the first word with none."""

    name = "fixed"

    def __init__(self, found: dict[str, tuple[str, float]]) -> None:
        self.found = found
        self.asked: list[str] = []
        self.read_from: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self.asked.append(question)
        self.read_from += [passage.document_id for passage in passages]
        spans = []
        for passage in passages:
            words, margin = self.found.get(passage.document_id, (passage.text.split()[0], -9.0))
            start = passage.text.index(words)
            spans.append(Span(start, start + len(words), margin, 0.0))
        return spans


def engine_with(
    found: dict[str, tuple[str, float]],
    catalog: Catalog | None = None,
    *,
    retriever: Retriever | None = None,
    reader: Reader | None = None,
    threshold: float | None = None,
) -> Engine:
    return Engine(
        info=INFO,
        catalog=catalog or FixedCatalog(),
        retriever=retriever or FixedRetriever(),
        reader=reader or FixedReader(found),
        calibration=BY_MARGIN,
        threshold=threshold,
    )


def test_an_answer_is_cut_from_its_release_and_cited_with_its_sentence() -> None:
    reply = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}).ask("How long did they talk?")
    [answer], [citation] = reply.answers, reply.citations
    assert (answer.text, round(answer.confidence, 2), answer.citation) == ("approximately 30 minutes", 0.88, 1)
    assert citation.quote == "They took approximately 30 minutes in all."
    assert TEXTS["a.txt"][citation.start : citation.end] == citation.quote
    assert TEXTS["a.txt"][citation.answer_start : citation.answer_end] == answer.text
    assert (citation.before, citation.after) == ("The talks began late. ", " Both sides were content.")
    assert reply.reason is None


def test_the_same_answer_in_two_releases_is_one_answer_with_two_citations() -> None:
    found = {"a.txt": ("approximately 30 minutes", 1.0), "b.txt": ("approximately 30 minutes", 2.0)}
    reply = engine_with(found).ask("How long did they talk?")
    [answer] = reply.answers
    assert [citation.document_id for citation in reply.citations] == ["b.txt", "a.txt"]
    assert (answer.citation, answer.also_in) == (1, (2,))


def test_answers_that_differ_only_in_a_hedge_are_one() -> None:
    found = {"a.txt": ("approximately 30 minutes", 1.0), "b.txt": ("30 minutes", 2.0)}
    [answer] = engine_with(found).ask("How long did they talk?").answers
    assert (answer.text, answer.also_in) == ("30 minutes", (2,))


def test_a_release_where_the_reader_sees_no_answer_is_not_named_beside_one() -> None:
    found = {"a.txt": ("approximately 30 minutes", -0.5), "b.txt": ("approximately 30 minutes", 2.0)}
    reply = engine_with(found).ask("How long did they talk?")
    assert [citation.document_id for citation in reply.citations] == ["b.txt"]


def test_distinct_answers_come_most_confident_first() -> None:
    reply = engine_with({"a.txt": ("approximately 30 minutes", 1.0), "c.txt": ("two hours", 2.0)}).ask("How long?")
    assert [answer.text for answer in reply.answers] == ["two hours", "approximately 30 minutes"]
    assert [answer.citation for answer in reply.answers] == [1, 2]


def test_words_of_another_in_a_release_that_does_not_name_who_is_asked_about_are_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(TEXTS, "a.txt", '"The road is open," said Ada Low.')
    engine = engine_with({"a.txt": ("The road is open", 2.0)})
    assert engine.ask("What did Ada Low say?").is_answered
    assert engine.ask("What did Minister Low say of the road?").is_answered
    assert engine.ask("What was said of the road?").is_answered
    assert engine.ask("What did the mayor say of the road?").is_answered
    assert engine.ask("What did Ben High say of the road?").reason is Reason.LOW_CONFIDENCE
    monkeypatch.setitem(TEXTS, "a.txt", 'High Roads Ltd. is glad. "The road is open," said Ada Low.')
    assert engine.ask("What did High Roads say of the road?").is_answered


FIVE = {f"{number}.txt": f"They took {number} minutes." for number in range(1, 6)}


class FiveReleases(FixedRetriever):
    """Hits all of `FIVE`, in order, which is that of their dates."""

    def retrieve(self, question: str, k: int, filters: Filters) -> list[Hit]:
        passages = [
            Passage(name, 1, 0, len(text), text, "Talks", date=dt.date(2001, 1, int(name[0])))
            for name, text in FIVE.items()
        ]
        return [Hit(row, passage, 1 / (61 + row), row, 0.5) for row, passage in enumerate(passages)][:k]


@pytest.mark.parametrize(
    ("question", "margin", "n_read"),
    [
        ("How long?", 2.0, 3),
        ("How long?", 0.3, 3),
        ("How long?", -0.3, 5),
        ("How long did the latest talks take?", 2.0, 5),
    ],
)
def test_the_first_three_passages_are_read_and_more_when_none_is_sure_or_their_dates_matter(
    question: str, margin: float, n_read: int
) -> None:
    reader = FixedReader({"3.txt": ("3 minutes", margin)})
    engine = engine_with({}, FixedCatalog(FIVE), retriever=FiveReleases(), reader=reader, threshold=0.4)
    reply = engine.ask(question)
    assert reply.answers[0].text == "3 minutes"
    assert reader.read_from == [f"{number}.txt" for number in range(1, n_read + 1)]


def test_an_answer_in_the_fourth_passage_is_found_when_the_first_three_have_none() -> None:
    found = {"1.txt": ("1 minutes", -0.3), "4.txt": ("4 minutes", 1.0)}
    reply = engine_with(found, FixedCatalog(FIVE), retriever=FiveReleases(), threshold=0.4).ask("How long?")
    assert [answer.text for answer in reply.answers] == ["4 minutes", "1 minutes"]


def test_what_is_sure_enough_to_stop_reading_is_never_less_than_what_is_answered() -> None:
    reader = FixedReader({"1.txt": ("1 minutes", 0.6), "5.txt": ("5 minutes", 2.0)})
    engine = engine_with({}, FixedCatalog(FIVE), retriever=FiveReleases(), reader=reader, threshold=0.8)
    assert [answer.text for answer in engine.ask("How long?").answers] == ["5 minutes"]


def test_a_second_answer_below_the_threshold_is_not_given() -> None:
    reply = engine_with({"a.txt": ("approximately 30 minutes", 0.5), "c.txt": ("two hours", 2.0)}).ask("How long?")
    assert [answer.text for answer in reply.answers] == ["two hours"]


def test_below_the_threshold_it_refuses_and_shows_the_nearest_passages() -> None:
    reply = engine_with({"a.txt": ("approximately 30 minutes", 0.5)}).ask("How long did the talks take?", top_k=2)
    assert (reply.is_answered, reply.reason) == (False, Reason.LOW_CONFIDENCE)
    assert (reply.answers, reply.citations) == ((), ())
    assert [hit.passage.document_id for hit in reply.passages] == ["a.txt", "b.txt"]


class FarRetriever(FixedRetriever):
    """Finds what it finds, nothing of which is near in meaning."""

    def retrieve(self, question: str, k: int, filters: Filters) -> list[Hit]:
        return [replace(hit, cosine=0.1) for hit in super().retrieve(question, k, filters)]


@pytest.mark.parametrize(
    ("retriever", "question", "reason"),
    [
        (FarRetriever(), "Which zebra?", Reason.NO_MATCH),
        (FarRetriever(), "Which meeting?", Reason.LOW_CONFIDENCE),
        (FixedRetriever(), "Which zebra?", Reason.LOW_CONFIDENCE),
    ],
)
def test_nothing_matches_when_no_passage_is_near_in_meaning_or_has_a_word_of_the_question(
    retriever: Retriever, question: str, reason: Reason
) -> None:
    assert engine_with({}, retriever=retriever).ask(question).reason is reason


def test_filters_that_leave_nothing_are_the_reason() -> None:
    reply = engine_with({}).ask("How long?", filters=Filters(document_ids=("unknown.txt",)))
    assert (reply.reason, reply.passages) == (Reason.OUTSIDE_FILTERS, ())


def test_an_answer_outside_the_filters_is_the_reason_but_not_shown() -> None:
    reply = engine_with({"c.txt": ("two hours", 2.0)}).ask("How long?", filters=Filters(document_ids=("a.txt",)))
    assert reply.reason is Reason.OUTSIDE_FILTERS
    assert [hit.passage.document_id for hit in reply.passages] == ["a.txt"]


@pytest.mark.parametrize(
    ("question", "answer", "favoured"),
    [
        ("How long did it take?", "two hours", ["c.txt"]),
        ("How long did it take?", "approximately 30 minutes", ["a.txt", "b.txt"]),
        ("How long did it take?", None, ["a.txt"]),
        ("How long did it take the Leaders?", "two hours", ["c.txt"]),
        ("How long did it take in Paris?", "two hours", []),
        ("What was the Paris share?", "two hours", None),
        ("What was the Leaders share?", "two hours", ["c.txt"]),
        ("Who took thirteen tents to Paris for London and Rome?", "two hours", None),
    ],
)
def test_the_releases_that_answered_last_are_favoured_if_the_question_leans_on_them(
    question: str, answer: str | None, favoured: list[str] | None
) -> None:
    retriever = FixedRetriever()
    engine = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}, retriever=retriever)
    reply = engine.ask(question, history=[Turn("When did Koizumi meet Putin?", answer)])
    assert retriever.favoured == favoured
    assert (reply.interpreted_as is None) == (favoured is None)


@pytest.mark.parametrize(
    ("question", "score", "first"),
    [
        ("How long did it take?", 1.0, "two hours"),  # a talk of another release, however sure
        ("How long did it take?", -8.0, "approximately 30 minutes"),  # too unsure to be an answer
        ("And in London?", 1.0, "approximately 30 minutes"),  # stands alone once written out
    ],
)
def test_a_question_that_does_not_stand_alone_stays_with_the_release_it_leans_on(
    question: str, score: float, first: str
) -> None:
    engine = engine_with({"a.txt": ("approximately 30 minutes", 6.0), "c.txt": ("two hours", score)})
    reply = engine.ask(question, history=[Turn("How long did Koizumi meet Putin in Moscow?", "two hours")])
    assert reply.answers[0].text == first


def test_a_follow_up_is_read_as_it_stands_alone() -> None:
    reader = FixedReader({"a.txt": ("approximately 30 minutes", 2.0)})
    reply = engine_with({}, reader=reader).ask(
        "And in Paris?", history=[Turn("How long did Koizumi meet Putin in Moscow?", "an hour")]
    )
    assert reader.asked == ["How long did Koizumi meet Putin in Paris?"]
    assert reply.question == "And in Paris?"
    assert reply.interpreted_as == "How long did Koizumi meet Putin in Paris?"


def test_what_is_told_besides_a_follow_up_s_answer_is_told_of_the_question_as_it_stands_alone() -> None:
    history = [Turn("How many talks did Koizumi hold in Moscow?", "three")]
    reply = engine_with({"c.txt": ("two", 2.0)}).ask("And in Paris?", history=history)
    assert reply.answers[0].value == Value(ValueKind.NUMBER, "2")


@pytest.mark.parametrize(
    ("question", "history"),
    [
        ("how much does the zebra weigh?", []),
        ("iPhone sales", []),
        ("ß zebra", []),
        ("how much does the zebra of the Berlin zoo weigh in kilograms?", [Turn("When did Koizumi meet Putin?", None)]),
    ],
)
def test_a_question_that_lacks_only_a_capital_is_taken_as_typed(question: str, history: list[Turn]) -> None:
    reader = FixedReader({"a.txt": ("approximately 30 minutes", 2.0)})
    reply = engine_with({}, reader=reader).ask(question, history=history)
    assert reply.interpreted_as is None
    assert reader.asked == [question]


def test_a_request_to_be_told_is_not_read_and_its_absence_not_shown() -> None:
    reader = FixedReader({"a.txt": ("approximately 30 minutes", 2.0)})
    reply = engine_with({}, reader=reader).ask("Could you tell me how much the zebra weighs?")
    assert (reader.asked, reply.interpreted_as) == (["how much the zebra weighs?"], None)


@pytest.mark.parametrize("question", ["", "   \n", "x" * 2001])
def test_a_question_outside_the_limits_is_an_error(question: str) -> None:
    with pytest.raises(QuestionError, match=r"send 1 to 2,000"):
        engine_with({}).ask(question)


@pytest.mark.parametrize("top_k", [0, 51, -1])
def test_top_k_outside_the_limits_is_an_error(top_k: int) -> None:
    with pytest.raises(QuestionError, match="send 1 to 50"):
        engine_with({}).ask("How long?", top_k=top_k)


def test_a_citation_that_would_not_be_exact_is_withheld() -> None:
    moved = FixedCatalog({name: "!" + text for name, text in TEXTS.items()})
    with pytest.raises(CitationError):
        engine_with({"a.txt": ("approximately 30 minutes", 2.0)}, moved).ask("How long?")


def test_a_passage_of_a_release_that_is_gone_is_withheld() -> None:
    with pytest.raises(CitationError, match="no such release"):
        engine_with({"a.txt": ("approximately 30 minutes", 2.0)}, FixedCatalog({"z.txt": "z"})).ask("How long?")


def test_the_reply_names_the_snapshot_and_repeats(engine: Engine) -> None:
    first, second = engine.ask("Where will Toyota build a plant?"), engine.ask("Where will Toyota build a plant?")
    assert first == replace(second, took_ms=first.took_ms)
    assert first.index == engine.info


@pytest.mark.parametrize(
    "question", ["?", "🎉", "会談はいつですか", "'; DROP TABLE documents; --", "<b>x</b>", "a\x00b\x07", "x"]
)
def test_any_question_gets_a_reply(engine: Engine, question: str) -> None:
    assert engine.ask(question).question == question


@pytest.mark.parametrize("question", ["Thanks!", "Thank you very much", "ok", "???", "🎉", "\u200b", "hello"])
@pytest.mark.parametrize("filters", [None, Filters(document_ids=("c.txt",))])
def test_what_asks_nothing_is_not_answered(question: str, filters: Filters | None) -> None:
    reply = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}).ask(question, filters=filters)
    assert (reply.reason, reply.passages, reply.without_filters) == (Reason.NO_MATCH, (), None)


def test_asking_in_two_halves_gives_the_reply_of_asking_at_once() -> None:
    engine = engine_with({"a.txt": ("approximately 30 minutes", 2.0)})
    found = engine.retrieve("How long?", top_k=2)
    assert [hit.passage.document_id for hit in found.passages] == ["a.txt", "b.txt"]
    assert list(found.stages) == ["interpret", "retrieve"]
    reply = engine.answer(found)
    assert reply == engine.ask("How long?", top_k=2)
    assert list(reply.stages) == ["interpret", "retrieve", "read", "decide", "cite"]
    assert reply.took_ms == pytest.approx(1000 * sum(reply.stages.values()))


class DatedRetriever(FixedRetriever):
    """Gives the texts the dates 2004, 2005 and 2006, in order, but for one of no date, and heeds date bounds."""

    def __init__(self, undated: str | None = None) -> None:
        super().__init__()
        self.undated = undated

    def retrieve(self, question: str, k: int, filters: Filters) -> list[Hit]:
        dates = [dt.date(2004 + row, 3, 1) for row in range(len(TEXTS))]
        hits = [
            replace(hit, passage=replace(hit.passage, date=dates[hit.row]))
            if hit.passage.document_id != self.undated
            else hit
            for hit in super().retrieve(question, k, filters)
        ]
        return [
            hit
            for hit in hits
            if (filters.date_from or dt.date.min) <= dates[hit.row] <= (filters.date_to or dt.date.max)
        ]


def dated_engine(found: dict[str, tuple[str, float]]) -> Engine:
    return engine_with(found, retriever=DatedRetriever())


BOTH = {"a.txt": ("approximately 30 minutes", 2.0), "c.txt": ("two hours", 1.9)}


def test_releases_named_by_their_year_are_the_only_ones_that_answer() -> None:
    reply = dated_engine(BOTH).ask("How long, by the releases of 2006?")
    assert [answer.text for answer in reply.answers] == ["two hours"]
    assert reply.dates
    assert (reply.dates.words, reply.dates.date_from, reply.dates.applied) == (
        ("of 2006",),
        dt.date(2006, 1, 1),
        DateUse.FILTER,
    )


def test_a_date_that_would_leave_no_answer_becomes_a_preference_and_says_so() -> None:
    reply = dated_engine(BOTH).ask("How long, by the releases of 2005?")
    assert [answer.text for answer in reply.answers] == ["approximately 30 minutes", "two hours"]
    assert reply.dates
    assert reply.dates.applied is DateUse.PREFERENCE


@pytest.mark.parametrize(("year", "shown"), [(2001, []), (2006, ["c.txt"])])
def test_releases_named_by_their_year_stay_the_only_ones_when_others_do_not_answer_either(
    year: int, shown: list[str]
) -> None:
    reply = dated_engine({}).ask(f"How long, by the releases of {year}?")
    assert reply.reason is not None
    assert reply.dates
    assert reply.dates.applied is DateUse.FILTER
    assert [hit.passage.document_id for hit in reply.passages] == shown


def test_other_dates_exclude_nothing() -> None:
    reply = dated_engine(BOTH).ask("How long did they meet in 2006?")
    assert {answer.text for answer in reply.answers} == {"approximately 30 minutes", "two hours"}


def test_of_releases_that_say_the_same_one_of_the_year_asked_about_is_cited_first() -> None:
    same = {"a.txt": ("approximately 30 minutes", 2.0), "b.txt": ("approximately 30 minutes", 1.0)}
    for year, first in ((2004, "a.txt"), (2005, "b.txt"), (2009, "a.txt")):
        reply = dated_engine(same).ask(f"How long did they meet in {year}?")
        [answer] = reply.answers
        assert (reply.citations[0].document_id, answer.also_in, round(answer.confidence, 2)) == (first, (2,), 0.88)


def test_a_passage_of_the_dates_asked_for_moves_up_and_its_rank_with_it() -> None:
    finder = Finder(DatedRetriever(), FixedCatalog(TEXTS))  # type: ignore[arg-type]
    question = "How long did they meet in 2006?"
    dates = heeded_dates(question, Filters(), dt.date(2007, 1, 1))
    plain = finder.find(Understood(question), None, Filters()).hits
    found = finder.find(Understood(question), dates, Filters()).hits
    assert [hit.row for hit in plain] == [0, 1, 2]
    assert [(hit.row, hit.rank) for hit in found] == [(2, 0), (0, 1), (1, 2)]


def test_the_callers_dates_win_over_the_questions() -> None:
    filters = Filters(date_to=dt.date(2004, 12, 31))
    reply = dated_engine(BOTH).ask("How long, by the releases of 2006?", filters=filters)
    assert [answer.text for answer in reply.answers] == ["approximately 30 minutes"]
    assert reply.dates is None


@pytest.mark.parametrize(("word", "first"), [("latest", "two hours"), ("earliest", "approximately 30 minutes")])
def test_about_equally_sure_answers_come_by_date_when_the_question_asks_for_it(word: str, first: str) -> None:
    assert dated_engine(BOTH).ask(f"How long was the {word} meeting?").answers[0].text == first


@pytest.mark.parametrize("word", ["latest", "earliest"])
def test_of_answers_by_date_one_of_no_date_comes_last(word: str) -> None:
    reply = engine_with(BOTH, retriever=DatedRetriever("a.txt")).ask(f"How long was the {word} meeting?")
    assert [answer.text for answer in reply.answers] == ["two hours", "approximately 30 minutes"]


def test_an_unsure_answer_is_not_first_for_being_the_latest() -> None:
    found = {"a.txt": ("approximately 30 minutes", 2.0), "c.txt": ("two hours", -2.5)}
    assert dated_engine(found).ask("How long was the latest meeting?").answers[0].text == "approximately 30 minutes"


def test_words_of_order_are_not_read() -> None:
    reader = FixedReader(BOTH)
    engine_with(BOTH, retriever=DatedRetriever(), reader=reader).ask("How long was the latest meeting?")
    assert reader.asked == ["How long was the meeting?"]


def test_the_surest_answer_is_shown_wherever_its_date_puts_it() -> None:
    found = {name: (f"{name[0]} minutes", 1.0) for name in FIVE} | {"5.txt": ("5 minutes", 3.0)}
    reply = engine_with(found, FixedCatalog(FIVE), retriever=FiveReleases()).ask("How long were the earliest talks?")
    assert [answer.text for answer in reply.answers] == ["1 minutes", "2 minutes", "5 minutes"]


def test_the_latest_answer_may_be_below_the_threshold_when_another_reaches_it() -> None:
    found = {"a.txt": ("approximately 30 minutes", 2.0), "c.txt": ("two hours", 0.5)}
    reply = dated_engine(found).ask("How long was the latest meeting?")
    assert [answer.text for answer in reply.answers] == ["two hours", "approximately 30 minutes"]


def test_the_latest_answer_is_none_when_no_answer_reaches_the_threshold() -> None:
    found = {"a.txt": ("approximately 30 minutes", 0.6), "c.txt": ("two hours", 0.5)}
    assert dated_engine(found).ask("How long was the latest meeting?").reason is Reason.LOW_CONFIDENCE


def test_dates_are_left_alone_when_they_are_not_to_be_read() -> None:
    reply = dated_engine(BOTH).ask("How long, by the latest releases of 2006?", read_dates=False)
    assert (reply.dates, reply.answers[0].text) == (None, "approximately 30 minutes")


def test_today_is_an_argument() -> None:
    reply = dated_engine(BOTH).ask("How long, by the releases of last year?", today=dt.date(2007, 1, 1))
    assert [answer.text for answer in reply.answers] == ["two hours"]


def test_a_refusal_for_the_filters_names_what_they_leave_out() -> None:
    reply = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}).ask(
        "How long?", filters=Filters(document_ids=("c.txt",))
    )
    assert reply.reason is Reason.OUTSIDE_FILTERS
    assert reply.without_filters
    assert (reply.without_filters.text, reply.without_filters.document_id) == ("approximately 30 minutes", "a.txt")


def test_a_timeline_answers_from_each_release_by_date_and_knows_since_when_it_holds() -> None:
    found = {
        "a.txt": ("approximately 30 minutes", 2.0),
        "b.txt": ("approximately 30 minutes", 1.5),
        "c.txt": ("two hours", 1.9),
    }
    timeline = dated_engine(found).timeline("How long did they talk?")
    assert [
        (citation.document_id, entry.answer.citation, entry.unchanged_since)
        for entry, citation in zip(timeline.entries, timeline.citations, strict=True)
    ] == [("a.txt", 1, None), ("b.txt", 2, 1), ("c.txt", 3, None)]
    for entry, citation in zip(timeline.entries, timeline.citations, strict=True):
        assert TEXTS[citation.document_id][citation.answer_start : citation.answer_end] == entry.answer.text
    assert not timeline.has_more


def test_a_run_of_the_same_answers_is_since_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEXTS, "c.txt", "They met for 30 minutes.")
    timeline = dated_engine(dict.fromkeys(TEXTS, ("30 minutes", 2.0))).timeline("How long did they talk?")
    assert [entry.unchanged_since for entry in timeline.entries] == [None, 1, 1]


def test_a_release_that_lacks_one_of_two_names_is_not_in_the_timeline(monkeypatch: pytest.MonkeyPatch) -> None:
    for document_id, other in (("a.txt", "Arel"), ("b.txt", "Arel"), ("c.txt", "Holt")):
        monkeypatch.setitem(TEXTS, document_id, f"Kano met {other} for 30 minutes.")
    found = dict.fromkeys(TEXTS, ("30 minutes", 2.0))
    timeline = engine_with(found).timeline("How long did Kano meet Arel?")
    assert [citation.document_id for citation in timeline.citations] == ["a.txt", "b.txt"]


def test_a_release_that_is_not_sure_enough_is_not_in_the_timeline() -> None:
    timeline = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}).timeline("How long did they talk?")
    assert [citation.document_id for citation in timeline.citations] == ["a.txt"]


def test_thanks_have_no_timeline() -> None:
    timeline = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}).timeline("Thanks!")
    assert (timeline.entries, timeline.citations, timeline.has_more) == ((), (), False)


def test_a_release_that_lacks_a_name_of_the_question_is_not_in_the_timeline() -> None:
    timeline = engine_with({"a.txt": ("approximately 30 minutes", 2.0)}).timeline("How long did the Talk talk?")
    assert timeline.entries == ()


def test_a_release_that_lacks_a_name_of_the_question_takes_no_place_among_those_read() -> None:
    found = {"a.txt": ("approximately 30 minutes", 2.0), "c.txt": ("two hours", 2.0)}
    timeline = engine_with(found).timeline("How long did the Leaders meet?", max_releases=1)
    assert [citation.document_id for citation in timeline.citations] == ["c.txt"]


def test_a_release_much_less_sure_than_the_surest_is_not_in_the_timeline() -> None:
    engine = engine_with({"a.txt": ("approximately 30 minutes", 3.0), "c.txt": ("two hours", 0.2)}, threshold=0.5)
    timeline = engine.timeline("How long did they talk?")
    assert [citation.document_id for citation in timeline.citations] == ["a.txt"]


def test_a_timeline_reads_as_many_releases_as_it_may_and_says_when_there_are_more() -> None:
    found = {"a.txt": ("approximately 30 minutes", 2.0), "b.txt": ("approximately 30 minutes", 1.5)}
    timeline = engine_with(found).timeline("How long did they talk?", max_releases=1)
    assert ([citation.document_id for citation in timeline.citations], timeline.has_more) == (["a.txt"], True)


def test_a_timeline_has_no_more_when_the_furthest_releases_read_say_nothing() -> None:
    found = {"c.txt": ("two hours", 2.0)}
    timelines = [engine_with(found).timeline("How long did they talk?", max_releases=n) for n in (1, 2)]
    assert [(len(each.entries), each.has_more) for each in timelines] == [(0, False), (0, False)]


@pytest.mark.parametrize("max_releases", [0, 51])
def test_a_timeline_of_too_many_releases_is_an_error(max_releases: int) -> None:
    with pytest.raises(QuestionError, match="send 1 to 50"):
        engine_with({}).timeline("How long?", max_releases=max_releases)
