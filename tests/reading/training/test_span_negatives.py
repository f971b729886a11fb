import re
from collections.abc import Sequence

import numpy as np
from fakes import WordEmbedder

from qa_service.reading.training.examples import Example, GoldAnswer
from qa_service.reading.training.negatives import prepare, without_answer
from qa_service.reading.training.ranking import most_similar, rank_passages
from qa_service.reading.training.swaps import Swap, find_swaps

encode_bags = WordEmbedder(dimension=512).encode_passages


def split(text: str) -> Sequence[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^.\s][^.]*\.", text)]


def example(question: str, context: str, answer: str, title: str | None = None) -> Example:
    answers = (GoldAnswer(answer, context.index(answer)),)
    return Example(question, "s", "article", question, context, answers, title)


def swaps_of(first: Example, second: Example) -> list[Swap]:
    return find_swaps([first, second], encode_bags)[0]


def test_passages_that_share_the_questions_words_rank_first() -> None:
    passages = ["prices fell", "minister met minister", "the rain fell", "minister and farmers on rice"]
    ranked = rank_passages(["minister farmers rice"], passages, encode_bags, 2)
    assert ranked.tolist() == [[3, 1]]


def test_a_row_is_never_its_own_neighbour() -> None:
    vectors = np.eye(3, dtype=np.float32)
    assert [(row, sorted(near)) for row, near in most_similar(vectors, 2)] == [(0, [1, 2]), (1, [0, 2]), (2, [0, 1])]


def test_a_similar_passage_that_holds_the_answer_is_no_negative() -> None:
    asked = example("Who met the farmers?", "Lugar met the farmers.", "Lugar", title="Farm bill")
    passages = [asked.context, "The farmers met LUGAR again.", "Hagel saw the farmers."]
    [prepared] = prepare([asked], passages, encode=encode_bags, split=split)
    assert prepared.similar == (2,)


def test_an_answer_inside_a_longer_word_does_not_spare_a_passage() -> None:
    asked = example("Who met the farmers?", "Rice met the farmers.", "Rice", title="Farm bill")
    [prepared] = prepare([asked], [asked.context, "Prices hurt the farmers."], encode=encode_bags, split=split)
    assert prepared.similar == (1,)


def test_every_sentence_with_the_answer_is_cut_out() -> None:
    asked = example("Who spoke?", "Lugar spoke. It rained. The hall was full. All thanked Lugar.", "Lugar")
    assert without_answer(asked, split) == "It rained. The hall was full."


def test_a_passage_that_would_keep_one_sentence_is_not_cut() -> None:
    assert without_answer(example("Who spoke?", "Lugar spoke. It rained.", "Lugar"), split) is None


def test_a_year_is_swapped_for_a_year_that_the_passage_lacks() -> None:
    first = example("Who spoke in 1998?", "Lugar spoke in 1998 and 2004.", "Lugar")
    second = example("Who spoke in 2004?", "Hagel won.", "Hagel")
    third = example("Who spoke in 2002?", "Biden spoke.", "Biden")
    assert find_swaps([first, second, third], encode_bags)[0] == [Swap("Who spoke in 2002?", needs_title=False)]


def test_a_name_that_shares_a_word_with_the_passage_is_no_replacement() -> None:
    first = example("What did Barack Obama sign?", "Barack Obama, husband of Michelle, signed a law.", "a law")
    second = example("What did Michelle Obama sign?", "She signed a book.", "a book")
    assert swaps_of(first, second) == []


def test_a_name_that_stands_in_the_title_only_needs_the_title() -> None:
    first = example("When was Peru founded?", "It was founded long ago.", "long ago", title="Peru")
    second = example("When was Chile founded?", "Later.", "Later")
    assert swaps_of(first, second) == [Swap("When was Chile founded?", needs_title=True)]


def test_nothing_is_swapped_that_neither_passage_nor_title_speaks_of() -> None:
    first = example("When was Peru founded?", "The country was founded long ago.", "long ago")
    second = example("When was Chile founded?", "Later.", "Later")
    assert swaps_of(first, second) == []


def test_a_word_is_turned_into_its_opposite_when_the_passage_lacks_that() -> None:
    first = example("Which is the largest dam?", "The largest dam is Oahe.", "Oahe")
    second = example("Who?", "Hagel.", "Hagel")
    assert swaps_of(first, second) == [Swap("Which is the smallest dam?", needs_title=False)]


def test_without_titles_a_passage_that_the_question_fits_as_well_is_no_negative() -> None:
    asked = example("What spout has the pitcher?", "The pitcher has a long spout.", "a long")
    passages = [asked.context, "My pitcher has two spouts.", "My pitcher broke."]
    [prepared] = prepare([asked], passages, encode=encode_bags, split=split)
    assert prepared.similar == (2,)


def test_a_name_is_swapped_whole_even_where_the_question_begins_with_it() -> None:
    first = example("Noam Chomsky asks what?", "Noam Chomsky asks why.", "why")
    second = example("Louis Althusser asks what?", "He asks how.", "how")
    assert swaps_of(first, second) == [Swap("Louis Althusser asks what?", needs_title=False)]


def test_the_word_that_asks_is_no_name() -> None:
    first = example("Who is Lugar?", "Lugar is a senator.", "a senator")
    second = example("What of Hagel?", "Hagel too.", "too")
    assert swaps_of(first, second) == [Swap("Who is Hagel?", needs_title=False)]
