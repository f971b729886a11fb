from fakes import WordEmbedder, passage

from qa_service.reading import SentenceReader

EMBEDDER = WordEmbedder()
READER = SentenceReader(EMBEDDER.encode_sentences, EMBEDDER.encode_question)


def read(question: str, *texts: str, start: int = 0) -> list[str]:
    passages = [passage(text, start=start) for text in texts]
    spans = READER.read(question, passages)
    return [p.text[s.start - start : s.end - start] for p, s in zip(passages, spans, strict=True)]


def test_the_sentence_that_shares_the_questions_words_is_read() -> None:
    text = "The weather was fine. Toyota will build a plant in St. Petersburg. Both left early."
    assert read("Which company will build a plant?", text) == ["Toyota will build a plant in St. Petersburg."]


def test_a_sentence_with_the_kind_of_thing_asked_for_wins() -> None:
    text = "Talks were friendly. Talks took thirty minutes."
    assert read("How long, these talks?", text) == ["Talks took thirty minutes."]


def test_each_passage_gets_one_span_in_order() -> None:
    assert read("Who met?", "The ministers met.", "Nobody came.") == ["The ministers met.", "Nobody came."]


def test_offsets_count_from_the_start_of_the_release() -> None:
    assert read("Who met?", "It rained. The ministers met.", start=1000) == ["The ministers met."]


def test_no_passages_give_no_spans() -> None:
    assert READER.read("Who met?", []) == []


def test_a_question_without_words_still_reads_something() -> None:
    assert read("?", "The ministers met.") == ["The ministers met."]
