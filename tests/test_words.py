from qa_service.words import content_words, names_and_numbers, without_names


def test_words_are_lower_case_stems_without_accents_and_stop_words() -> None:
    assert content_words("The Ministers visited the Café") == ["minist", "visit", "cafe"]


def test_names_and_numbers_are_what_a_passage_must_share() -> None:
    assert names_and_numbers("How much did Lugar get for Muncie in 2007?") == {"lugar", "munci", "2007"}


def test_a_question_in_lower_case_names_nothing() -> None:
    assert names_and_numbers("who signed it") == set()


def test_what_is_asked_stays_without_the_names() -> None:
    assert without_names("What gift did Putin give Koizumi in 2005?").split() == [
        "what",
        "gift",
        "did",
        "give",
        "in",
        "?",
    ]
